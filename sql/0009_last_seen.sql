-- A listing notes the day on which it was last seen once it is gone: a sync of a catalogue in which nothing goes or comes back writes
-- nothing here, where before each day's first one wrote every listing.

-- NULL while the newest snapshot has the listing.
ALTER TABLE product_listings MODIFY COLUMN last_seen_on DATE NULL DEFAULT NULL;

UPDATE product_listings AS listing
JOIN (
    SELECT source, MAX(snapshot_date) AS newest_day
    FROM inventory_data
    GROUP BY source
) AS newest ON newest.source = listing.source
SET listing.last_seen_on = NULL
WHERE listing.last_seen_on = newest.newest_day;
