-- A card that the old tables knew by its nmId alone and that has one size is the product of that size. What the cards say is taken over once
-- more, for databases in which the size has come to a product of its own: the next sync brings it to the older one.
UPDATE wb_card_sizes
SET pending = 1
WHERE sku IN (SELECT sku FROM product_listings WHERE source = 'Wildberries' AND size_id = '');
