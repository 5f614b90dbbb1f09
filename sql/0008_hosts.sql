-- From which hosts other than the marketplace's own a run's report came: what is new among them is told.

-- Parted by blanks; NULL for a run whose answers all came from the marketplace's own hosts.
-- unless column sync_logs.foreign_hosts
ALTER TABLE sync_logs
    ADD COLUMN foreign_hosts VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL;

-- The newest runs of a marketplace in their order. Of a partitioned table the servers do not take the
-- order by id from the primary key at an index's end, so id is named.
-- unless index sync_logs.idx_marketplace_run
ALTER TABLE sync_logs ADD INDEX idx_marketplace_run (marketplace, started_at, id);

-- The same without id.
-- if index sync_logs.idx_marketplace_date
ALTER TABLE sync_logs DROP INDEX idx_marketplace_date;
