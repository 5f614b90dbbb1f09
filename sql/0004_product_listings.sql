-- Which product a marketplace's listing is: one row per (source, sku, size_id), so that two listings with one barcode can be one product.
-- It begins with what the old tables know: a product per article.

-- product_id has the very type that it has in dim_products, as a foreign key wants it: hence a generated statement.
-- unless table product_listings
SET @create_product_listings = (
    SELECT CONCAT(
        'CREATE TABLE product_listings (
            source         VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            sku            VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            size_id        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '''',
            product_id     ', COLUMN_TYPE, ' NOT NULL,
            barcode        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
            seller_article VARCHAR(255) NULL DEFAULT NULL,
            name           VARCHAR(500) NULL DEFAULT NULL,
            first_seen_on  DATE NOT NULL,
            last_seen_on   DATE NOT NULL,
            PRIMARY KEY (source, sku, size_id),
            INDEX idx_listing_barcode (barcode),
            INDEX idx_listing_product (product_id),
            FOREIGN KEY (product_id) REFERENCES dim_products (product_id) ON DELETE CASCADE
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci')
    FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'dim_products' AND COLUMN_NAME = 'product_id'
);

-- unless table product_listings
PREPARE create_product_listings FROM @create_product_listings;

-- unless table product_listings
EXECUTE create_product_listings;

-- The products that carry their article themselves; a listing that is there already stays as it is. Of two whose articles differ in blanks only, the older one counts.
-- One size of a Wildberries card is `nmId/chrtId` here, as a sync before a rollback left it.
-- if column dim_products.sku
-- if column dim_products.source
-- if column dim_products.created_at
INSERT INTO product_listings (source, sku, size_id, product_id, first_seen_on, last_seen_on)
SELECT known.marketplace, known.article, known.size_id, known.product_id,
    COALESCE(seen.first_day, DATE(product.created_at), CURRENT_DATE),
    COALESCE(seen.last_day, DATE(product.created_at), CURRENT_DATE)
FROM (
    SELECT named.marketplace, named.article, named.size_id, MIN(named.product_id) AS product_id
    FROM (
        SELECT 'Ozon' AS marketplace,
            CONVERT(TRIM(sku) USING utf8mb4) COLLATE utf8mb4_bin AS article,
            '' AS size_id,
            product_id
        FROM dim_products
        WHERE source = 'Ozon' AND TRIM(sku) <> ''
        UNION ALL
        SELECT 'Wildberries',
            CONVERT(SUBSTRING_INDEX(TRIM(sku), '/', 1) USING utf8mb4) COLLATE utf8mb4_bin,
            CONVERT(SUBSTRING_INDEX(TRIM(sku), '/', -1) USING utf8mb4) COLLATE utf8mb4_bin,
            product_id
        FROM dim_products
        WHERE source = 'Wildberries' AND TRIM(sku) REGEXP '^[0-9]+/[0-9A-Za-z-]{1,64}$'
        UNION ALL
        SELECT 'Wildberries',
            CONVERT(TRIM(sku) USING utf8mb4) COLLATE utf8mb4_bin,
            '',
            product_id
        FROM dim_products
        WHERE source = 'Wildberries' AND TRIM(sku) <> '' AND TRIM(sku) NOT REGEXP '^[0-9]+/[0-9A-Za-z-]{1,64}$'
    ) AS named
    GROUP BY named.marketplace, named.article, named.size_id
) AS known
JOIN dim_products AS product ON product.product_id = known.product_id
LEFT JOIN (
    SELECT product_id, MIN(snapshot_date) AS first_day, MAX(snapshot_date) AS last_day
    FROM inventory_data
    GROUP BY product_id
) AS seen ON seen.product_id = known.product_id
ON DUPLICATE KEY UPDATE product_id = product_listings.product_id;

-- Articles that only the stock knows belong to the product of their newest row. (Grouped and joined, as window functions
-- take minutes for a million rows.)
INSERT INTO product_listings (source, sku, size_id, product_id, first_seen_on, last_seen_on)
SELECT found.marketplace, found.article, '', newest.product_id, found.first_day, found.last_day
FROM (
    SELECT named.marketplace, named.article,
        MIN(named.snapshot_date) AS first_day,
        MAX(named.snapshot_date) AS last_day,
        MAX(CONCAT(named.snapshot_date, '/', LPAD(named.id, 20, '0'))) AS newest_row
    FROM (
        SELECT CASE WHEN stock.source = 'Ozon' THEN 'Ozon' ELSE 'Wildberries' END AS marketplace,
            TRIM(stock.sku) AS article,
            stock.snapshot_date, stock.id
        FROM inventory_data AS stock
        JOIN dim_products AS product ON product.product_id = stock.product_id
        WHERE stock.source IN ('Ozon', 'Wildberries') AND TRIM(stock.sku) <> ''
    ) AS named
    GROUP BY named.marketplace, named.article
) AS found
JOIN inventory_data AS newest
    ON newest.id = CAST(SUBSTRING_INDEX(found.newest_row, '/', -1) AS UNSIGNED)
ON DUPLICATE KEY UPDATE product_id = product_listings.product_id;

-- if column dim_products.product_name
UPDATE product_listings AS listed
JOIN dim_products AS product ON product.product_id = listed.product_id
SET listed.name = LEFT(product.product_name, 500)
WHERE listed.name IS NULL AND product.product_name IS NOT NULL;
