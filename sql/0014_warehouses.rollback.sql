-- A partner's stock becomes Ozon's own, and keeps the name of its place. What is known of warehouses is forgotten.

DROP VIEW IF EXISTS stock_now;

DROP TABLE IF EXISTS dim_warehouses;

UPDATE inventory_data
SET stock_type = 'FBO',
    last_sync_at = last_sync_at,
    created_at = created_at
WHERE stock_type = 'FBP';

ALTER TABLE inventory_data
    MODIFY COLUMN stock_type ENUM('FBO', 'FBS', 'realFBS') NOT NULL DEFAULT 'FBO';

-- if column sync_logs.unsettled
ALTER TABLE sync_logs DROP COLUMN unsettled;
