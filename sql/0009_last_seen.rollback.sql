-- The day comes back to the listings of the newest snapshot.

UPDATE product_listings AS listing
LEFT JOIN (
    SELECT source, MAX(snapshot_date) AS newest_day
    FROM inventory_data
    GROUP BY source
) AS newest ON newest.source = listing.source
SET listing.last_seen_on = COALESCE(newest.newest_day, listing.first_seen_on)
WHERE listing.last_seen_on IS NULL;

ALTER TABLE product_listings MODIFY COLUMN last_seen_on DATE NOT NULL;
