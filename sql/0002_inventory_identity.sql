-- Warehouses, sizes and stock types: a row's identity becomes (source, snapshot_date, sku, size_id, warehouse_name, stock_type)
-- in place of (product_id, snapshot_date). Every old row keeps its values and gets the new columns filled from them.
-- One ALTER TABLE per column, for somebody may have added some of them by hand; at a table's end both servers add them at once.

-- needs column inventory_data.id
-- needs column inventory_data.product_id
-- needs column inventory_data.sku
-- needs column inventory_data.source
-- needs column inventory_data.snapshot_date
-- needs column inventory_data.current_stock
-- needs column inventory_data.reserved_stock
-- needs column inventory_data.available_stock
-- needs column inventory_data.created_at
-- unless column inventory_data.size_id
ALTER TABLE inventory_data
    ADD COLUMN size_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

-- unless column inventory_data.warehouse_name
ALTER TABLE inventory_data
    ADD COLUMN warehouse_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'Main Warehouse';

-- unless column inventory_data.stock_type
ALTER TABLE inventory_data ADD COLUMN stock_type ENUM('FBO', 'FBS', 'realFBS') NOT NULL DEFAULT 'FBO';

-- The next three begin as NULL, which marks the rows that still have to be filled, and get their defaults after that.
-- unless column inventory_data.quantity_present
ALTER TABLE inventory_data ADD COLUMN quantity_present INT NULL DEFAULT NULL;

-- unless column inventory_data.quantity_reserved
ALTER TABLE inventory_data ADD COLUMN quantity_reserved INT NULL DEFAULT NULL;

-- unless column inventory_data.in_way_to_client
ALTER TABLE inventory_data ADD COLUMN in_way_to_client INT NOT NULL DEFAULT 0;

-- unless column inventory_data.in_way_from_client
ALTER TABLE inventory_data ADD COLUMN in_way_from_client INT NOT NULL DEFAULT 0;

-- unless column inventory_data.last_sync_at
ALTER TABLE inventory_data ADD COLUMN last_sync_at TIMESTAMP NULL DEFAULT NULL;

-- An old row was last synchronised when it was made; one that does not know when, on its day.
UPDATE inventory_data
SET last_sync_at = COALESCE(
        created_at,
        CASE WHEN snapshot_date BETWEEN '1970-01-02' AND '2038-01-01' THEN snapshot_date ELSE CURRENT_TIMESTAMP END),
    created_at = created_at
WHERE last_sync_at IS NULL;

-- Also the zeros that a column added by hand gave to the rows of before. Setting the two times to themselves keeps
-- an ON UPDATE from touching them.
UPDATE inventory_data
SET quantity_present = current_stock,
    quantity_reserved = reserved_stock,
    last_sync_at = last_sync_at,
    created_at = created_at
WHERE COALESCE(quantity_present, 0) = 0 AND COALESCE(quantity_reserved, 0) = 0;

-- What columns added by hand may lack for a key.
UPDATE inventory_data
SET size_id = COALESCE(size_id, ''),
    warehouse_name = COALESCE(warehouse_name, 'Main Warehouse'),
    stock_type = COALESCE(stock_type, 'FBO'),
    in_way_to_client = COALESCE(in_way_to_client, 0),
    in_way_from_client = COALESCE(in_way_from_client, 0),
    last_sync_at = last_sync_at,
    created_at = created_at
WHERE size_id IS NULL OR warehouse_name IS NULL OR stock_type IS NULL
    OR in_way_to_client IS NULL OR in_way_from_client IS NULL;

-- The final types, whoever made the columns. Articles, sizes and warehouses compare exactly: case, ё and е, emoji.
ALTER TABLE inventory_data
    MODIFY COLUMN sku VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    MODIFY COLUMN size_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    MODIFY COLUMN warehouse_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'Main Warehouse',
    MODIFY COLUMN stock_type ENUM('FBO', 'FBS', 'realFBS') NOT NULL DEFAULT 'FBO',
    MODIFY COLUMN quantity_present INT NULL DEFAULT 0,
    MODIFY COLUMN quantity_reserved INT NULL DEFAULT 0,
    MODIFY COLUMN in_way_to_client INT NOT NULL DEFAULT 0,
    MODIFY COLUMN in_way_from_client INT NOT NULL DEFAULT 0,
    MODIFY COLUMN last_sync_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP;

-- Two products with one article on one day were possible under the old key. All rows stay; all but the first are told apart by a size of their own.
-- unless index inventory_data.uk_inventory_identity
UPDATE inventory_data AS stock
JOIN (
    SELECT source, snapshot_date, sku, size_id, warehouse_name, stock_type, MIN(id) AS first_id
    FROM inventory_data
    GROUP BY source, snapshot_date, sku, size_id, warehouse_name, stock_type
    HAVING COUNT(*) > 1
) AS twins
    ON twins.source = stock.source
    AND twins.snapshot_date = stock.snapshot_date
    AND twins.sku = stock.sku
    AND twins.size_id = stock.size_id
    AND twins.warehouse_name = stock.warehouse_name
    AND twins.stock_type = stock.stock_type
SET stock.size_id = CONCAT('legacy-', stock.id),
    stock.last_sync_at = stock.last_sync_at,
    stock.created_at = stock.created_at
WHERE stock.id <> twins.first_id;

-- unless index inventory_data.uk_inventory_identity
ALTER TABLE inventory_data
    ADD UNIQUE KEY uk_inventory_identity (source, snapshot_date, sku, size_id, warehouse_name, stock_type);

-- Also the foreign key's index, once the old unique key is gone.
-- unless index inventory_data.idx_product_snapshot
ALTER TABLE inventory_data ADD INDEX idx_product_snapshot (product_id, snapshot_date);

-- unless index inventory_data.idx_sku_snapshot
ALTER TABLE inventory_data ADD INDEX idx_sku_snapshot (sku, snapshot_date);

-- unless index inventory_data.idx_source_snapshot
ALTER TABLE inventory_data ADD INDEX idx_source_snapshot (source, snapshot_date);

-- unless index inventory_data.idx_snapshot_date
ALTER TABLE inventory_data ADD INDEX idx_snapshot_date (snapshot_date);

-- unless index inventory_data.idx_source_sync
ALTER TABLE inventory_data ADD INDEX idx_source_sync (source, last_sync_at);

-- unless index inventory_data.idx_product_source
ALTER TABLE inventory_data ADD INDEX idx_product_source (product_id, source);

-- if index inventory_data.uk_product_snapshot
ALTER TABLE inventory_data DROP INDEX uk_product_snapshot;
