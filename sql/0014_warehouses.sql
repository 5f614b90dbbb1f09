-- Where the goods lie: Ozon's stock by warehouse, what the marketplaces tell of warehouses, and the stock of now as one view.

-- A partner's warehouses (FBP) are a stock type of their own. At the enum's end, so that no row is touched.
ALTER TABLE inventory_data
    MODIFY COLUMN stock_type ENUM('FBO', 'FBS', 'realFBS', 'FBP') NOT NULL DEFAULT 'FBO';

-- Ozon's SKUs whose warehouses did not add up to their sum, and were stored as the warehouses said.
-- unless column sync_logs.unsettled
ALTER TABLE sync_logs ADD COLUMN unsettled INT NULL DEFAULT 0;

-- By name, as the stock has it. `cluster`: Ozon's; `region`: Wildberries'; `kind`: Ozon's type of warehouse, or own. What several
-- warehouses of one name do not have in common is NULL.
-- unless table dim_warehouses
CREATE TABLE dim_warehouses (
    source         VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    warehouse_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    warehouse_id   BIGINT NULL DEFAULT NULL,
    cluster        VARCHAR(255) NULL DEFAULT NULL,
    region         VARCHAR(255) NULL DEFAULT NULL,
    kind           VARCHAR(64) NULL DEFAULT NULL,
    first_seen_on  DATE NOT NULL,
    last_seen_on   DATE NOT NULL,
    PRIMARY KEY (source, warehouse_name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- The newest snapshot of each marketplace, and nothing of one whose newest run stored that nothing is there. The days are found at
-- the ends of indexes, each for itself; as ASCII a marketplace's name compares with a column of whatever collation.
-- if column dim_products.product_name
CREATE OR REPLACE SQL SECURITY INVOKER VIEW stock_now AS
SELECT
    stock.source,
    stock.product_id,
    COALESCE(NULLIF(CONVERT(product.product_name USING utf8mb4), '') COLLATE utf8mb4_unicode_ci, listing.name) AS product_name,
    stock.sku,
    stock.size_id,
    listing.size_name,
    listing.seller_article,
    listing.barcode,
    stock.warehouse_name,
    warehouse.cluster,
    stock.stock_type,
    stock.available_stock,
    stock.reserved_stock,
    stock.current_stock,
    stock.in_way_to_client,
    stock.in_way_from_client,
    stock.snapshot_date,
    stock.last_sync_at
FROM (
    SELECT CONVERT('Ozon' USING ascii) AS source,
        (SELECT MAX(snapshot_date) FROM inventory_data WHERE source = 'Ozon') AS newest_day,
        (
            SELECT IF(rows_total = 0, snapshot_date, NULL)
            FROM sync_logs
            WHERE marketplace = 'Ozon' AND sync_type = 'inventory' AND status IN ('success', 'partial') AND completed_at IS NOT NULL
            ORDER BY started_at DESC, id DESC
            LIMIT 1
        ) AS empty_since
    UNION ALL
    SELECT CONVERT('Wildberries' USING ascii) AS source,
        (SELECT MAX(snapshot_date) FROM inventory_data WHERE source = 'Wildberries') AS newest_day,
        (
            SELECT IF(rows_total = 0, snapshot_date, NULL)
            FROM sync_logs
            WHERE marketplace = 'Wildberries' AND sync_type = 'inventory' AND status IN ('success', 'partial') AND completed_at IS NOT NULL
            ORDER BY started_at DESC, id DESC
            LIMIT 1
        ) AS empty_since
) AS newest
JOIN inventory_data AS stock
    ON stock.source = newest.source AND stock.snapshot_date = newest.newest_day
        AND newest.newest_day >= COALESCE(newest.empty_since, newest.newest_day)
LEFT JOIN product_listings AS listing
    ON listing.source = newest.source AND listing.sku = stock.sku AND listing.size_id = stock.size_id
LEFT JOIN dim_warehouses AS warehouse
    ON warehouse.source = newest.source AND warehouse.warehouse_name = stock.warehouse_name
LEFT JOIN dim_products AS product ON product.product_id = stock.product_id;

-- The same where products have no names of their own.
-- unless column dim_products.product_name
CREATE OR REPLACE SQL SECURITY INVOKER VIEW stock_now AS
SELECT
    stock.source,
    stock.product_id,
    listing.name AS product_name,
    stock.sku,
    stock.size_id,
    listing.size_name,
    listing.seller_article,
    listing.barcode,
    stock.warehouse_name,
    warehouse.cluster,
    stock.stock_type,
    stock.available_stock,
    stock.reserved_stock,
    stock.current_stock,
    stock.in_way_to_client,
    stock.in_way_from_client,
    stock.snapshot_date,
    stock.last_sync_at
FROM (
    SELECT CONVERT('Ozon' USING ascii) AS source,
        (SELECT MAX(snapshot_date) FROM inventory_data WHERE source = 'Ozon') AS newest_day,
        (
            SELECT IF(rows_total = 0, snapshot_date, NULL)
            FROM sync_logs
            WHERE marketplace = 'Ozon' AND sync_type = 'inventory' AND status IN ('success', 'partial') AND completed_at IS NOT NULL
            ORDER BY started_at DESC, id DESC
            LIMIT 1
        ) AS empty_since
    UNION ALL
    SELECT CONVERT('Wildberries' USING ascii) AS source,
        (SELECT MAX(snapshot_date) FROM inventory_data WHERE source = 'Wildberries') AS newest_day,
        (
            SELECT IF(rows_total = 0, snapshot_date, NULL)
            FROM sync_logs
            WHERE marketplace = 'Wildberries' AND sync_type = 'inventory' AND status IN ('success', 'partial') AND completed_at IS NOT NULL
            ORDER BY started_at DESC, id DESC
            LIMIT 1
        ) AS empty_since
) AS newest
JOIN inventory_data AS stock
    ON stock.source = newest.source AND stock.snapshot_date = newest.newest_day
        AND newest.newest_day >= COALESCE(newest.empty_since, newest.newest_day)
LEFT JOIN product_listings AS listing
    ON listing.source = newest.source AND listing.sku = stock.sku AND listing.size_id = stock.size_id
LEFT JOIN dim_warehouses AS warehouse
    ON warehouse.source = newest.source AND warehouse.warehouse_name = stock.warehouse_name;
