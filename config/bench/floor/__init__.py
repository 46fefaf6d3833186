"""The floor: pages of the product's shape in the same stack without product code; nothing of the product is imported."""
