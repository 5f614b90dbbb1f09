-- The hosts are forgotten; the log keeps its rows.

-- unless index sync_logs.idx_marketplace_date
ALTER TABLE sync_logs ADD INDEX idx_marketplace_date (marketplace, started_at);

-- if index sync_logs.idx_marketplace_run
ALTER TABLE sync_logs DROP INDEX idx_marketplace_run;

-- if column sync_logs.foreign_hosts
ALTER TABLE sync_logs DROP COLUMN foreign_hosts;
