-- All months in one piece again, with all their rows.

-- if partition sync_logs.p_rest
ALTER TABLE sync_logs REMOVE PARTITIONING;
