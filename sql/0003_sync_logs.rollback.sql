-- A log that the migrations made goes; one that was there keeps its rows and those of later runs, in its own columns.

-- unless found table sync_logs
DROP TABLE IF EXISTS sync_logs;

-- if found table sync_logs
SET SESSION group_concat_max_len = 1000000;

-- All in one statement, which either happens or does not.
-- if found table sync_logs
SET @restore_sync_logs = (
    SELECT COALESCE(CONCAT('ALTER TABLE sync_logs ', GROUP_CONCAT(difference SEPARATOR ', ')), 'DO 0')
    FROM (
        SELECT CONCAT('DROP COLUMN `', COLUMN_NAME, '`') AS difference
        FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_logs'
            AND COLUMN_NAME IN (
                'run_id', 'marketplace', 'exit_code', 'snapshot_date', 'records_rejected', 'rows_inserted', 'rows_changed',
                'rows_removed', 'rows_total', 'stock_total', 'products_with_stock', 'products_created', 'listings_created',
                'requests', 'bytes', 'fetch_ms', 'read_ms', 'write_ms')
            AND COLUMN_NAME NOT IN (
                SELECT name FROM stocksync_former WHERE table_name = 'sync_logs' AND kind = 'column')
        UNION ALL
        SELECT CONCAT('DROP INDEX `', INDEX_NAME, '`')
        FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_logs' AND SEQ_IN_INDEX = 1
            AND INDEX_NAME IN ('idx_run_id', 'idx_sync_type_status', 'idx_source_date')
            AND INDEX_NAME NOT IN (
                SELECT name FROM stocksync_former WHERE table_name = 'sync_logs' AND kind = 'index')
        UNION ALL
        SELECT CONCAT('MODIFY COLUMN `', name, '` ', definition)
        FROM stocksync_former
        WHERE table_name = 'sync_logs' AND kind = 'column' AND name IN ('error_message', 'started_at', 'completed_at')
        UNION ALL
        SELECT CONCAT('DROP PRIMARY KEY, ADD ', definition)
        FROM stocksync_former
        WHERE table_name = 'sync_logs' AND kind = 'index' AND name = 'PRIMARY' AND definition NOT LIKE '%started\_at%'
            AND EXISTS (
                SELECT 1 FROM information_schema.STATISTICS
                WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_logs'
                    AND INDEX_NAME = 'PRIMARY' AND COLUMN_NAME = 'started_at')
    ) AS differences
);

-- if found table sync_logs
PREPARE restore_sync_logs FROM @restore_sync_logs;

-- if found table sync_logs
EXECUTE restore_sync_logs;
