-- Two users with no more rights than they need: one changes the schema, by hand or once a month; one does the daily work,
-- and its password lies where cron reads it. Edit the database's name (planning), the hosts and the passwords, and run this
-- as an administrator after the first `stocksync migrate`, and again after an upgrade that adds tables: rights on a table can only
-- be given when it is there. Running it twice does no harm; not during a sync, which for a moment would lack its rights. A user who
-- is there keeps the password, unless
--     ALTER USER 'stocksync'@'localhost' IDENTIFIED BY '…';

-- Each user's DATABASE_URL stands in a file of its own; the other settings, the retentions among them, in the second one's:
--     stocksync migrate --env-file migrate.env --env-file .env

-- `migrate`: makes, changes and drops tables, moves their rows, deletes old ones, and reads all of it for the backup.
-- TRIGGER: a backup without it would leave out the triggers and say nothing. REFERENCES: MySQL asks for it where a foreign key is
-- made, MariaDB does not.
CREATE USER IF NOT EXISTS 'stocksync_migrate'@'localhost' IDENTIFIED BY 'change me, for migrate';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, CREATE VIEW, ALTER, DROP, REFERENCES, TRIGGER ON `planning`.* TO 'stocksync_migrate'@'localhost';

-- `sync`, `check-freshness` and `report`. LOAD DATA LOCAL needs INSERT and no FILE; ending its own connection on a signal and its
-- locks need no right at all; information_schema shows everybody what they may use.
CREATE USER IF NOT EXISTS 'stocksync'@'localhost' IDENTIFIED BY 'change me, for sync';
-- Whatever this user had in the database goes first, such as GRANT ALL PRIVILEGES; there must be something to take away, or the
-- server calls it an error.
GRANT CREATE TEMPORARY TABLES ON `planning`.* TO 'stocksync'@'localhost';
REVOKE ALL PRIVILEGES ON `planning`.* FROM 'stocksync'@'localhost';
GRANT CREATE TEMPORARY TABLES ON `planning`.* TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `planning`.`inventory_data` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `planning`.`product_listings` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `planning`.`listing_barcodes` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `planning`.`wb_card_sizes` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `planning`.`stocksync_state` TO 'stocksync'@'localhost';
GRANT SELECT, UPDATE ON `planning`.`stocksync_locks` TO 'stocksync'@'localhost';
GRANT INSERT ON `planning`.`product_joins` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `planning`.`dim_products` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `planning`.`dim_warehouses` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT, UPDATE ON `planning`.`sync_logs` TO 'stocksync'@'localhost';
GRANT SELECT, INSERT ON `planning`.`stocksync_alerts` TO 'stocksync'@'localhost';
GRANT SELECT ON `planning`.`stocksync_migrations` TO 'stocksync'@'localhost';

-- Whoever only reads, a dashboard or a buyer's sheet, asks the view stock_now, which shows them what their own rights show:
--     GRANT SELECT ON `planning`.* TO 'reader'@'localhost';
