-- What was told is forgotten with the table; the log loses an index and no row.

-- if table stocksync_alerts
DROP TABLE IF EXISTS stocksync_alerts;

-- if index sync_logs.idx_marketplace_date
ALTER TABLE sync_logs DROP INDEX idx_marketplace_date;
