-- One product across both marketplaces: every barcode of every listing, what Wildberries' cards say, and links that a person has set.

-- An operator's word: the program never changes the product of a listing where this is 1.
-- unless column product_listings.set_by_hand
ALTER TABLE product_listings ADD COLUMN set_by_hand TINYINT(1) NOT NULL DEFAULT 0;

-- Wildberries: the size's chrtId by the word of its card, also where a report names the size by its barcode.
-- unless column product_listings.chrt_id
ALTER TABLE product_listings
    ADD COLUMN chrt_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL;

-- A digest of the barcodes that the marketplace last named, so that a sync sees a change without reading them.
-- unless column product_listings.barcodes_hash
ALTER TABLE product_listings ADD COLUMN barcodes_hash BIGINT NULL DEFAULT NULL;

-- The day on which all cards were read without one that says everything of this listing: not asked again before the next day.
-- unless column product_listings.cards_asked_on
ALTER TABLE product_listings ADD COLUMN cards_asked_on DATE NULL DEFAULT NULL;

-- All barcodes of a listing, also those it had before (lost_on), by which a barcode is followed from one listing to another.
-- unless table listing_barcodes
CREATE TABLE listing_barcodes (
    source  VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sku     VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    size_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    barcode VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    lost_on DATE NULL DEFAULT NULL,
    PRIMARY KEY (source, sku, size_id, barcode),
    INDEX idx_barcode (barcode),
    FOREIGN KEY (source, sku, size_id) REFERENCES product_listings (source, sku, size_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

INSERT INTO listing_barcodes (source, sku, size_id, barcode)
SELECT listed.source, listed.sku, listed.size_id, listed.barcode
FROM product_listings AS listed
WHERE listed.barcode IS NOT NULL
ON DUPLICATE KEY UPDATE barcode = listing_barcodes.barcode;

-- What the content API said of each size, kept page by page, so that it is asked once. `barcodes`: one a line.
-- `pending`: the listings have not taken it over yet.
-- unless table wb_card_sizes
CREATE TABLE wb_card_sizes (
    sku            VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    size_id        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    barcodes       TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    seller_article VARCHAR(255) NULL DEFAULT NULL,
    name           VARCHAR(500) NULL DEFAULT NULL,
    pending        TINYINT(1) NOT NULL DEFAULT 1,
    PRIMARY KEY (sku, size_id),
    INDEX idx_pending (pending, sku)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Where the program goes on: `wb_cards_cursor` is the last card that was read (updatedAt and nmID, parted by a blank).
-- unless table stocksync_state
CREATE TABLE stocksync_state (
    name       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Two products that turned out to be one: which row of dim_products lives on. The other row stays for whatever else refers to it.
-- unless table product_joins
CREATE TABLE product_joins (
    id                BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    joined_product_id BIGINT NOT NULL,
    product_id        BIGINT NOT NULL,
    joined_at         TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    INDEX idx_joined_product (joined_product_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Listings that came to a product which another listing has already.
-- unless column sync_logs.listings_linked
ALTER TABLE sync_logs ADD COLUMN listings_linked INT NULL DEFAULT 0;

-- Products whose last listing went over to another product.
-- unless column sync_logs.products_joined
ALTER TABLE sync_logs ADD COLUMN products_joined INT NULL DEFAULT 0;

-- Cards that the content API answered.
-- unless column sync_logs.cards_fetched
ALTER TABLE sync_logs ADD COLUMN cards_fetched INT NULL DEFAULT 0;
