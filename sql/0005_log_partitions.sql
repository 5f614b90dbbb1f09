-- The log by month of started_at, so that old months go without a delete: `migrate` keeps partitions ahead and drops old ones.

-- unless partition sync_logs.p_rest
ALTER TABLE sync_logs
    PARTITION BY RANGE (UNIX_TIMESTAMP(started_at)) (PARTITION p_rest VALUES LESS THAN MAXVALUE);
