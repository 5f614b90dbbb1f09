-- Leases, for what may go on only once at a time in a cluster, where GET_LOCK is of one node; and the order of the writes.
-- holder: the run that holds it; server: on which one it has its connection; term: how often it has changed hands, which says what
-- is later, whatever the clocks say.

-- unless table stocksync_locks
CREATE TABLE stocksync_locks (
    name       VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    holder     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
    server     VARCHAR(500) NULL DEFAULT NULL,
    expires_at DATETIME(3) NULL DEFAULT NULL,
    term       BIGINT UNSIGNED NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- 'any write' is changed by every write: of two at once on two nodes only one can be committed. 'written …': by which run, with
-- which term, each marketplace's stock was last written.
INSERT IGNORE INTO stocksync_locks (name)
VALUES ('migrate'), ('write'), ('sync Ozon'), ('sync Wildberries'),
       ('any write'),
       ('written Ozon'), ('written Wildberries');
