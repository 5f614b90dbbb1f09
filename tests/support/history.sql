-- A month of simulated history for a migrated, empty database: products, stock of 30 days, runs. Every number follows from the
-- product's and the day's number, so that two runs on one day make the same rows. Before it may be set:
--   @products   how many (120)
--   @detailed   1: several warehouses and types, as sellers have them; 0: one row per product, marketplace and day (1)
--   @today      the newest day (today in Moscow)
-- As in stocksync's own sessions.
SET time_zone = '+00:00';
SET @products = COALESCE(@products, 120);
SET @detailed = COALESCE(@detailed, 1);
SET @today = COALESCE(@today, DATE(DATE_ADD(UTC_TIMESTAMP(), INTERVAL 3 HOUR)));
SET @now = UTC_TIMESTAMP();

CREATE TEMPORARY TABLE numbers (n INT NOT NULL PRIMARY KEY);
INSERT INTO numbers
WITH digits AS (
    SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
    UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
)
SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d
FROM digits a, digits b, digits c, digits e, digits f
WHERE a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d < GREATEST(@products, 400);

-- The days, numbered backwards; two of them without Wildberries.
CREATE TEMPORARY TABLE days (back INT NOT NULL PRIMARY KEY, day DATE NOT NULL);
INSERT INTO days SELECT n - 1, DATE_SUB(@today, INTERVAL n - 1 DAY) FROM numbers WHERE n <= 30;

-- What sells how fast, in which rhythm it is delivered, and how many days a delivery lasts: some run out before the next one.
CREATE TEMPORARY TABLE goods (
    n INT NOT NULL PRIMARY KEY, name VARCHAR(500) NOT NULL, demand INT NOT NULL, rhythm INT NOT NULL, cover INT NOT NULL, phase INT NOT NULL
) DEFAULT CHARSET = utf8mb4;
INSERT INTO goods
SELECT n,
    CONCAT(
        ELT(1 + n % 12, 'Термокружка 450 мл', 'Рюкзак городской', 'Плед флисовый 150×200', 'Набор кистей, 12 шт.', 'Лампа настольная с зарядкой',
            'Фартук кухонный', 'Органайзер для белья', 'Коврик для йоги 6 мм', 'Бутылка для воды 0,7 л', 'Подушка дорожная', 'Контейнер для обедов',
            'Держатель для телефона в машину'),
        ', ',
        ELT(1 + FLOOR(n / 12) % 10, 'графит', 'мята', 'бордо', 'хаки', 'пудра', 'синий', 'песок', 'олива', 'белый', 'ультрамарин'),
        IF(n > 120, CONCAT(', модель ', n), '')),
    1 + CRC32(CONCAT('demand', n)) % 9,
    9 + CRC32(CONCAT('rhythm', n)) % 20,
    12 + CRC32(CONCAT('cover', n)) % 40,
    CRC32(CONCAT('phase', n)) % 40
FROM numbers
WHERE n <= @products;

INSERT INTO dim_products (product_id, product_name) SELECT n, name FROM goods;

-- Four of five products on both marketplaces; one in 25 without a barcode.
INSERT INTO product_listings (source, sku, size_id, product_id, barcode, seller_article, name, first_seen_on)
SELECT 'Ozon', CONCAT('ART-', LPAD(n, 5, '0')), '', n, IF(n % 25 = 0, NULL, CONCAT('46070', LPAD(n, 8, '0'))),
    CONCAT('ART-', LPAD(n, 5, '0')), name, DATE_SUB(@today, INTERVAL 29 DAY)
FROM goods
WHERE n % 10 <> 9 OR n % 25 = 0;
INSERT INTO product_listings (source, sku, size_id, product_id, barcode, seller_article, name, first_seen_on)
SELECT 'Wildberries', 210000000 + n, 310000000 + n, n, CONCAT('46070', LPAD(n, 8, '0')),
    CONCAT('ART-', LPAD(n, 5, '0')), NULL, DATE_SUB(@today, INTERVAL 29 DAY)
FROM goods
WHERE n % 10 <> 4 AND n % 25 <> 0;

INSERT INTO listing_barcodes (source, sku, size_id, barcode)
SELECT source, sku, size_id, barcode FROM product_listings WHERE barcode IS NOT NULL;

CREATE TEMPORARY TABLE places (
    source VARCHAR(20) NOT NULL, place VARCHAR(100) NOT NULL, stock_type VARCHAR(10) NOT NULL, share INT NOT NULL, every INT NOT NULL
) DEFAULT CHARSET = utf8mb4;
INSERT INTO places VALUES
    ('Ozon', 'Ozon FBO', 'FBO', IF(@detailed, 45, 60), 1), ('Wildberries', 'Коледино', 'FBO', IF(@detailed, 18, 40), 1);
INSERT INTO places
SELECT * FROM (
    SELECT 'Ozon' AS source, 'Ozon FBS' AS place, 'FBS' AS stock_type, 22 AS share, 2 AS every
    UNION ALL SELECT 'Ozon', 'Ozon realFBS', 'realFBS', 9, 5
    UNION ALL SELECT 'Wildberries', 'Электросталь', 'FBO', 14, 1
    UNION ALL SELECT 'Wildberries', 'Казань', 'FBO', 9, 2
    UNION ALL SELECT 'Wildberries', 'Краснодар (Тихорецкая)', 'FBO', 7, 2
    UNION ALL SELECT 'Wildberries', 'Екатеринбург — Перспективный 12', 'FBO', 5, 3
    UNION ALL SELECT 'Wildberries', 'Новосибирск', 'FBO', 4, 4
    UNION ALL SELECT 'Wildberries', 'Санкт-Петербург (Уткина Заводь)', 'FBO', 6, 3
    UNION ALL SELECT 'Wildberries', 'Невинномысск', 'FBO', 3, 5
    UNION ALL SELECT 'Wildberries', 'Склад на Дмитровском шоссе', 'FBS', 11, 2
) AS further
WHERE @detailed;

-- A sawtooth: a delivery of `cover` days, sold day by day until the next one.
INSERT INTO inventory_data (product_id, sku, size_id, source, warehouse_name, stock_type, snapshot_date, available_stock, reserved_stock,
    current_stock, quantity_present, quantity_reserved, in_way_to_client, in_way_from_client, last_sync_at)
SELECT made.product_id, made.sku, made.size_id, made.source, made.place, made.stock_type, made.day, made.available, made.reserved,
    made.available + made.reserved, made.available + made.reserved, made.reserved, made.in_way, 0,
    TIMESTAMP(made.day, '20:00:00')
FROM (
    SELECT l.product_id, l.sku, l.size_id, l.source, p.place, p.stock_type, d.day,
        FLOOR(p.share / 25 * GREATEST(0, g.demand * (g.cover - (29 - d.back + g.phase) % g.rhythm)
            - CAST(CRC32(CONCAT(g.n, d.back)) % (1 + g.demand) AS SIGNED))) AS available,
        IF((29 - d.back + g.phase) % g.rhythm < g.cover, CRC32(CONCAT('r', g.n, d.back)) % 3, 0) AS reserved,
        IF(p.source = 'Wildberries', CRC32(CONCAT('w', g.n, d.back)) % 4, 0) AS in_way
    FROM goods g
    JOIN product_listings l ON l.product_id = g.n
    JOIN places p ON p.source = l.source AND g.n % p.every = 0
    JOIN days d ON p.source = 'Ozon' OR d.back NOT IN (11, 12)
) AS made
ORDER BY made.source, made.day;

-- The runs of 30 days, a dozen a day; nights in which a marketplace was down.
INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, error_message, started_at, completed_at, duration_seconds, exit_code,
    snapshot_date, records_processed, records_rejected, requests, bytes)
SELECT LPAD(CONCAT(IF(source = 'Ozon', 'a', 'b'), n), 16, '0'), 'inventory', source, source, status, message, began,
    DATE_ADD(began, INTERVAL seconds SECOND), seconds,
    CASE status WHEN 'success' THEN 0 WHEN 'partial' THEN 3 ELSE 69 END,
    IF(status = 'failed', NULL, DATE(DATE_ADD(began, INTERVAL 3 HOUR))), IF(status = 'failed', 0, @products), IF(status = 'partial', 2, 0), 6, 400000
FROM (
    SELECT n, source, began, status,
        CASE
            WHEN status = 'success' THEN NULL
            WHEN status = 'partial' THEN '2 records rejected: «ART-00017»: reserved is −4, not a quantity; «ART-00031» occurs twice'
            WHEN source = 'Ozon' THEN 'https://api-seller.ozon.ru/v1/report/info answered 503 (unavailable) 3 times, trace id 7f31c0; the next run tries again'
            ELSE 'seller-analytics-api.wildberries.ru cannot be reached: connection timed out after 3 attempts; the next run tries again'
        END AS message,
        CASE status WHEN 'failed' THEN 180 + CRC32(CONCAT('s', n)) % 60 ELSE IF(source = 'Ozon', 24, 61) + CRC32(CONCAT(source, n)) % 40 END AS seconds
    FROM (
        SELECT n, source, DATE_SUB(@now, INTERVAL 120 * n - IF(source = 'Ozon', 85, 70) MINUTE) AS began,
            CASE
                WHEN n > 3 AND CRC32(CONCAT(source, 'f', n)) % 29 = 0 THEN 'failed'
                WHEN source = 'Wildberries' AND n BETWEEN 40 AND 43 THEN 'failed'
                WHEN source = 'Wildberries' AND n BETWEEN 130 AND 157 THEN 'failed'
                WHEN n > 1 AND CRC32(CONCAT(source, 'p', n)) % 23 = 0 THEN 'partial'
                ELSE 'success'
            END AS status
        FROM numbers
        JOIN (SELECT 'Ozon' AS source UNION ALL SELECT 'Wildberries') AS both_sources
        WHERE n <= 360
    ) AS planned
) AS run;

-- The newest run of each says what it left. (Counted into a table of its own, or it is counted again for every run.)
CREATE TEMPORARY TABLE kept (source ENUM('Ozon', 'Wildberries') NOT NULL, total_rows INT NOT NULL, stock BIGINT NOT NULL, newest_run TIMESTAMP NULL)
    DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
INSERT INTO kept (source, total_rows, stock)
SELECT source, COUNT(*), SUM(current_stock) FROM inventory_data WHERE snapshot_date = @today GROUP BY source;
UPDATE kept SET newest_run = (SELECT MAX(started_at) FROM sync_logs WHERE marketplace = kept.source);
UPDATE sync_logs AS run
JOIN kept ON kept.source = run.marketplace AND kept.newest_run = run.started_at
SET run.snapshot_date = @today, run.rows_total = kept.total_rows, run.stock_total = kept.stock, run.started_at = run.started_at;

DROP TEMPORARY TABLE numbers, days, goods, places, kept;
