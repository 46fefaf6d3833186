"""Pages of export, closure and audit."""
