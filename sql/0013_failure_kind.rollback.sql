-- Kinds and hosts are forgotten; the log and the messages keep their rows.

-- if column stocksync_alerts.subject
ALTER TABLE stocksync_alerts DROP COLUMN subject;

-- if column sync_logs.failure_kind
ALTER TABLE sync_logs DROP COLUMN failure_kind;
