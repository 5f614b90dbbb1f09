-- What people call a size, so that three rows of one T-shirt can be told apart.

-- unless column product_listings.size_name
ALTER TABLE product_listings ADD COLUMN size_name VARCHAR(64) NULL DEFAULT NULL;

-- unless column wb_card_sizes.size_name
ALTER TABLE wb_card_sizes ADD COLUMN size_name VARCHAR(64) NULL DEFAULT NULL;

-- Cards that were read before did not keep it: they are read once more from the first one on.
DELETE FROM stocksync_state WHERE name IN ('wb_cards_cursor', 'wb_cards_read_on');
