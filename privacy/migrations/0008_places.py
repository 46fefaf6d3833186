"""Hands the region of an account to its moves: the application may write it, and the database lets nothing but a move."""

from typing import ClassVar

from django.db import migrations

PLACE = """
CREATE OR REPLACE FUNCTION keep_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.cell, NEW.home_region, NEW.epoch, NEW.region_basis, NEW.region_reason, NEW.region_document,
      NEW.region_decided_by, NEW.region_decided_at)
     IS DISTINCT FROM
     (OLD.cell, OLD.home_region, OLD.epoch, OLD.region_basis, OLD.region_reason, OLD.region_document,
      OLD.region_decided_by, OLD.region_decided_at)
     AND (NEW.epoch <> OLD.epoch + 1 OR NOT EXISTS (
       SELECT FROM privacy_relocation r
       WHERE r.account_id = NEW.id AND r.step = 'opening' AND r.flipped_at IS NULL AND r.epoch = NEW.epoch
         AND r.from_cell = OLD.cell AND r.to_cell = NEW.cell AND r.cursor ? 'compared')) THEN
    RAISE EXCEPTION 'an account changes its region by moving there' USING ERRCODE = 'KW005';
  END IF;
  RETURN NEW;
END $$;
GRANT UPDATE (cell, home_region, epoch, region_basis, region_reason, region_document, region_decided_by,
  region_decided_at) ON accounts_account TO keepwell_app;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("privacy", "0007_erasures")]
    operations: ClassVar = [migrations.RunSQL(PLACE, hints={"placement": "control"})]
