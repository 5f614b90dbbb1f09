-- The two tables of the old system, where they are missing: an empty database and a grown one are the same from here on.
-- A table that is there keeps its rows and its columns.

-- unless table dim_products
CREATE TABLE dim_products (
    product_id   BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product_name VARCHAR(500) NULL,
    created_at   TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at   TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Without transactions a failed sync could not be undone.
-- unless engine dim_products.InnoDB
ALTER TABLE dim_products ENGINE = InnoDB;

-- Stock without its products, as a partial dump leaves it: a product without a name for each.
-- if table inventory_data
-- unless column dim_products.sku
INSERT INTO dim_products (product_id)
SELECT DISTINCT stock.product_id
FROM inventory_data AS stock
LEFT JOIN dim_products AS product ON product.product_id = stock.product_id
WHERE product.product_id IS NULL AND stock.product_id > 0;

-- A foreign key wants the very type that product_id has in dim_products, INT in some databases: hence a generated statement.
-- needs column dim_products.product_id
-- unless table inventory_data
SET @create_inventory_data = (
    SELECT CONCAT(
        'CREATE TABLE inventory_data (
            id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            product_id      ', COLUMN_TYPE, ' NOT NULL,
            sku             VARCHAR(255) NOT NULL,
            source          VARCHAR(50) NOT NULL,
            snapshot_date   DATE NOT NULL,
            current_stock   INT NULL DEFAULT 0,
            reserved_stock  INT NULL DEFAULT 0,
            available_stock INT NULL DEFAULT 0,
            created_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
            INDEX idx_product_snapshot (product_id, snapshot_date),
            INDEX idx_sku_snapshot (sku, snapshot_date),
            INDEX idx_source_snapshot (source, snapshot_date),
            INDEX idx_snapshot_date (snapshot_date),
            UNIQUE KEY uk_product_snapshot (product_id, snapshot_date),
            FOREIGN KEY (product_id) REFERENCES dim_products (product_id) ON DELETE CASCADE
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci')
    FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'dim_products' AND COLUMN_NAME = 'product_id'
);

-- unless table inventory_data
PREPARE create_inventory_data FROM @create_inventory_data;

-- unless table inventory_data
EXECUTE create_inventory_data;

-- unless engine inventory_data.InnoDB
ALTER TABLE inventory_data ENGINE = InnoDB;
