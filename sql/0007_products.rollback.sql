-- The products that barcodes have joined stay joined, and their stock with them; what led to it goes.

DROP TABLE IF EXISTS listing_barcodes;

DROP TABLE IF EXISTS wb_card_sizes;

DROP TABLE IF EXISTS stocksync_state;

DROP TABLE IF EXISTS product_joins;

-- if column product_listings.set_by_hand
ALTER TABLE product_listings DROP COLUMN set_by_hand;

-- if column product_listings.chrt_id
ALTER TABLE product_listings DROP COLUMN chrt_id;

-- if column product_listings.barcodes_hash
ALTER TABLE product_listings DROP COLUMN barcodes_hash;

-- if column product_listings.cards_asked_on
ALTER TABLE product_listings DROP COLUMN cards_asked_on;

-- if column sync_logs.listings_linked
ALTER TABLE sync_logs DROP COLUMN listings_linked;

-- if column sync_logs.products_joined
ALTER TABLE sync_logs DROP COLUMN products_joined;

-- if column sync_logs.cards_fetched
ALTER TABLE sync_logs DROP COLUMN cards_fetched;
