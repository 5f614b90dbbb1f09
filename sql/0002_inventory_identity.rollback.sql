-- Back to one row per product and day, which is all that the older schema can hold: what a sync stored per size, warehouse
-- and stock type becomes its product's sum of that day, in the place of its oldest row. A row that is alone stays as it is.

-- The sums, and zeros in the rows that go: run twice it comes to the same. A sum that no INT holds is cut to the largest one.
-- if former index inventory_data.uk_product_snapshot
-- unless index inventory_data.uk_product_snapshot
UPDATE inventory_data AS stock
JOIN (
    SELECT product_id, snapshot_date, MIN(id) AS kept_id,
        LEAST(COALESCE(SUM(current_stock), 0), 2147483647) AS current_stock,
        LEAST(COALESCE(SUM(reserved_stock), 0), 2147483647) AS reserved_stock,
        LEAST(COALESCE(SUM(available_stock), 0), 2147483647) AS available_stock
    FROM inventory_data
    GROUP BY product_id, snapshot_date
    HAVING COUNT(*) > 1
) AS total
    ON total.product_id = stock.product_id AND total.snapshot_date = stock.snapshot_date
SET stock.current_stock = CASE WHEN stock.id = total.kept_id THEN total.current_stock ELSE 0 END,
    stock.reserved_stock = CASE WHEN stock.id = total.kept_id THEN total.reserved_stock ELSE 0 END,
    stock.available_stock = CASE WHEN stock.id = total.kept_id THEN total.available_stock ELSE 0 END,
    stock.created_at = stock.created_at;

-- if former index inventory_data.uk_product_snapshot
-- unless index inventory_data.uk_product_snapshot
DELETE stock
FROM inventory_data AS stock
JOIN (
    SELECT product_id, snapshot_date, MIN(id) AS kept_id
    FROM inventory_data
    GROUP BY product_id, snapshot_date
    HAVING COUNT(*) > 1
) AS total
    ON total.product_id = stock.product_id AND total.snapshot_date = stock.snapshot_date
WHERE stock.id <> total.kept_id;

SET SESSION group_concat_max_len = 1000000;

-- Columns and indexes of before, all in one statement, which either happens or does not.
SET @restore_inventory_data = (
    SELECT COALESCE(CONCAT('ALTER TABLE inventory_data ', GROUP_CONCAT(difference SEPARATOR ', ')), 'DO 0')
    FROM (
        SELECT CONCAT('DROP COLUMN `', COLUMN_NAME, '`') AS difference
        FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'inventory_data'
            AND COLUMN_NAME IN (
                'size_id', 'warehouse_name', 'stock_type', 'quantity_present', 'quantity_reserved', 'in_way_to_client',
                'in_way_from_client', 'last_sync_at')
            AND COLUMN_NAME NOT IN (
                SELECT name FROM stocksync_former WHERE table_name = 'inventory_data' AND kind = 'column')
        UNION ALL
        SELECT CONCAT('DROP INDEX `', INDEX_NAME, '`')
        FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'inventory_data' AND SEQ_IN_INDEX = 1
            AND INDEX_NAME IN (
                'uk_inventory_identity', 'idx_product_snapshot', 'idx_sku_snapshot', 'idx_source_snapshot',
                'idx_snapshot_date', 'idx_source_sync', 'idx_product_source')
            AND INDEX_NAME NOT IN (
                SELECT name FROM stocksync_former WHERE table_name = 'inventory_data' AND kind = 'index')
        UNION ALL
        SELECT CONCAT('MODIFY COLUMN `', name, '` ', definition)
        FROM stocksync_former
        WHERE table_name = 'inventory_data' AND kind = 'column'
            AND name IN (
                'sku', 'size_id', 'warehouse_name', 'stock_type', 'quantity_present', 'quantity_reserved',
                'in_way_to_client', 'in_way_from_client', 'last_sync_at')
        UNION ALL
        SELECT CONCAT('ADD ', definition)
        FROM stocksync_former
        WHERE table_name = 'inventory_data' AND kind = 'index' AND name = 'uk_product_snapshot'
            AND NOT EXISTS (
                SELECT 1 FROM information_schema.STATISTICS
                WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'inventory_data'
                    AND INDEX_NAME = 'uk_product_snapshot')
    ) AS differences
);

PREPARE restore_inventory_data FROM @restore_inventory_data;

EXECUTE restore_inventory_data;
