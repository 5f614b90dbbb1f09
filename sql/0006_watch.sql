-- What the alerts have told, so that a cron job every hour does not shout every hour: one row per message that at least one channel took.
-- The state of a trouble is its newest row.

-- unless table stocksync_alerts
CREATE TABLE stocksync_alerts (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source     VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    topic      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state      ENUM('raised', 'recovered') NOT NULL,
    severity   ENUM('warning', 'critical') NOT NULL,
    failures   INT NOT NULL DEFAULT 0,
    title      VARCHAR(500) NOT NULL,
    channels   VARCHAR(100) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    INDEX idx_alert_source (source, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Runs of one marketplace since a moment, imports of files included.
-- unless index sync_logs.idx_marketplace_date
ALTER TABLE sync_logs ADD INDEX idx_marketplace_date (marketplace, started_at);
