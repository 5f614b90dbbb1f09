-- The log of the runs: one run is one row. A table that was made by hand from the design is completed, with its rows.
-- started_at is part of the primary key so that the table can be partitioned by month.

-- unless table sync_logs
CREATE TABLE sync_logs (
    id                INT NOT NULL AUTO_INCREMENT,
    sync_type         ENUM('inventory', 'orders', 'transactions') NOT NULL,
    source            ENUM('Ozon', 'Wildberries', 'Manual') NOT NULL,
    status            ENUM('success', 'partial', 'failed') NOT NULL,
    records_processed INT NULL DEFAULT 0,
    records_updated   INT NULL DEFAULT 0,
    error_message     TEXT NULL,
    started_at        TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    completed_at      TIMESTAMP NULL DEFAULT NULL,
    duration_seconds  INT NULL DEFAULT NULL,
    PRIMARY KEY (id, started_at),
    INDEX idx_sync_type_status (sync_type, status),
    INDEX idx_source_date (source, started_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- unless engine sync_logs.InnoDB
ALTER TABLE sync_logs ENGINE = InnoDB;

-- By hand, the server's old defaults may have made started_at move with every update, completed_at never empty, and the text Latin.
ALTER TABLE sync_logs
    MODIFY COLUMN error_message TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL,
    MODIFY COLUMN started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    MODIFY COLUMN completed_at TIMESTAMP NULL DEFAULT NULL;

-- unless index sync_logs.PRIMARY(started_at)
ALTER TABLE sync_logs DROP PRIMARY KEY, ADD PRIMARY KEY (id, started_at);

-- unless index sync_logs.idx_sync_type_status
ALTER TABLE sync_logs ADD INDEX idx_sync_type_status (sync_type, status);

-- unless index sync_logs.idx_source_date
ALTER TABLE sync_logs ADD INDEX idx_source_date (source, started_at);

-- The id that stands in every line of the run's log.
-- It also tells a run whether a commit whose answer never came went through.
-- unless column sync_logs.run_id
ALTER TABLE sync_logs ADD COLUMN run_id CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- Whose stock it was: source is 'Manual' for a report that was downloaded by hand.
-- unless column sync_logs.marketplace
ALTER TABLE sync_logs ADD COLUMN marketplace ENUM('Ozon', 'Wildberries') NULL DEFAULT NULL;

-- How the process ended.
-- unless column sync_logs.exit_code
ALTER TABLE sync_logs ADD COLUMN exit_code SMALLINT UNSIGNED NULL DEFAULT NULL;

-- The day whose snapshot the run replaced.
-- unless column sync_logs.snapshot_date
ALTER TABLE sync_logs ADD COLUMN snapshot_date DATE NULL DEFAULT NULL;

-- unless column sync_logs.records_rejected
ALTER TABLE sync_logs ADD COLUMN records_rejected INT NULL DEFAULT 0;

-- records_updated, taken apart.
-- unless column sync_logs.rows_inserted
ALTER TABLE sync_logs ADD COLUMN rows_inserted INT NULL DEFAULT 0;

-- unless column sync_logs.rows_changed
ALTER TABLE sync_logs ADD COLUMN rows_changed INT NULL DEFAULT 0;

-- unless column sync_logs.rows_removed
ALTER TABLE sync_logs ADD COLUMN rows_removed INT NULL DEFAULT 0;

-- The day's snapshot after the commit.
-- unless column sync_logs.rows_total
ALTER TABLE sync_logs ADD COLUMN rows_total INT NULL DEFAULT NULL;

-- unless column sync_logs.stock_total
ALTER TABLE sync_logs ADD COLUMN stock_total BIGINT NULL DEFAULT NULL;

-- unless column sync_logs.products_with_stock
ALTER TABLE sync_logs ADD COLUMN products_with_stock INT NULL DEFAULT NULL;

-- What the marketplace sells that was not known before.
-- unless column sync_logs.products_created
ALTER TABLE sync_logs ADD COLUMN products_created INT NULL DEFAULT 0;

-- unless column sync_logs.listings_created
ALTER TABLE sync_logs ADD COLUMN listings_created INT NULL DEFAULT 0;

-- What it cost: HTTP requests with their repetitions, bytes received, milliseconds of the three phases.
-- unless column sync_logs.requests
ALTER TABLE sync_logs ADD COLUMN requests INT NULL DEFAULT 0;

-- unless column sync_logs.bytes
ALTER TABLE sync_logs ADD COLUMN bytes BIGINT NULL DEFAULT 0;

-- unless column sync_logs.fetch_ms
ALTER TABLE sync_logs ADD COLUMN fetch_ms INT NULL DEFAULT NULL;

-- unless column sync_logs.read_ms
ALTER TABLE sync_logs ADD COLUMN read_ms INT NULL DEFAULT NULL;

-- unless column sync_logs.write_ms
ALTER TABLE sync_logs ADD COLUMN write_ms INT NULL DEFAULT NULL;

-- The rows of before. (By hand source may be a plain text.)
UPDATE sync_logs
SET marketplace = CASE WHEN source = 'Ozon' THEN 'Ozon' ELSE 'Wildberries' END,
    started_at = started_at
WHERE marketplace IS NULL AND source IN ('Ozon', 'Wildberries');

-- unless index sync_logs.idx_run_id
ALTER TABLE sync_logs ADD INDEX idx_run_id (run_id);
