//! The marketplaces' hosts and methods, by the names that tests use for them.

use super::http::Request;

/// Each is a listener of its own, as it is a host of its own in production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    Ozon,
    /// Where Ozon's finished reports lie: no key may ever arrive there.
    OzonFiles,
    WbAnalytics,
    WbStatistics,
    WbContent,
}

impl Host {
    pub const ALL: [Self; 5] =
        [Self::Ozon, Self::OzonFiles, Self::WbAnalytics, Self::WbStatistics, Self::WbContent];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    OzonRoles,
    OzonCreate,
    OzonInfo,
    OzonDownload,
    OzonStocks,
    OzonFbo,
    OzonFbs,
    OzonWarehouseList,
    OzonClusters,
    OzonOwnWarehouses,
    OzonProducts,
    WbWarehouses,
    WbSellerWarehouses,
    WbRemainsCreate,
    WbRemainsStatus,
    WbRemainsDownload,
    WbSupplierStocks,
    WbCards,
}

impl Endpoint {
    /// The method behind a request, with the HTTP method that it wants.
    pub fn of(host: Host, request: &Request) -> Option<(Self, &'static str)> {
        let path = request.path.as_str();
        let found = match (host, path) {
            (Host::Ozon, "/v1/roles") => (Self::OzonRoles, "POST"),
            (Host::Ozon, "/v1/report/products/create") => (Self::OzonCreate, "POST"),
            (Host::Ozon, "/v1/report/info") => (Self::OzonInfo, "POST"),
            (Host::Ozon, "/v4/product/info/stocks") => (Self::OzonStocks, "POST"),
            (Host::Ozon, "/v1/product/info/stocks-by-warehouse/fbo") => (Self::OzonFbo, "POST"),
            (Host::Ozon, "/v2/product/info/stocks-by-warehouse/fbs") => (Self::OzonFbs, "POST"),
            (Host::Ozon, "/v1/warehouse/ozon/list") => (Self::OzonWarehouseList, "POST"),
            (Host::Ozon, "/v2/cluster/list") => (Self::OzonClusters, "POST"),
            (Host::Ozon, "/v2/warehouse/list") => (Self::OzonOwnWarehouses, "POST"),
            (Host::Ozon, "/v3/product/info/list") => (Self::OzonProducts, "POST"),
            (Host::OzonFiles, _) if path.starts_with("/reports/") => (Self::OzonDownload, "GET"),
            (Host::WbAnalytics, "/api/analytics/v1/stocks-report/wb-warehouses") => {
                (Self::WbWarehouses, "POST")
            }
            (Host::WbAnalytics, "/api/analytics/v1/stocks-report/seller-warehouses") => {
                (Self::WbSellerWarehouses, "POST")
            }
            (Host::WbAnalytics, "/api/v1/warehouse_remains") => (Self::WbRemainsCreate, "GET"),
            (Host::WbAnalytics, _) if path.starts_with("/api/v1/warehouse_remains/tasks/") => {
                match path.rsplit('/').next() {
                    Some("status") => (Self::WbRemainsStatus, "GET"),
                    Some("download") => (Self::WbRemainsDownload, "GET"),
                    _ => return None,
                }
            }
            (Host::WbStatistics, "/api/v1/supplier/stocks") => (Self::WbSupplierStocks, "GET"),
            (Host::WbContent, "/content/v2/get/cards/list") => (Self::WbCards, "POST"),
            _ => return None,
        };
        Some(found)
    }

    pub fn is_ozon(self) -> bool {
        self.is_ozon_stock()
            || matches!(
                self,
                Self::OzonRoles | Self::OzonCreate | Self::OzonInfo | Self::OzonDownload
            )
    }

    /// What the pull by warehouse asks.
    pub fn is_ozon_stock(self) -> bool {
        matches!(
            self,
            Self::OzonStocks
                | Self::OzonFbo
                | Self::OzonFbs
                | Self::OzonWarehouseList
                | Self::OzonClusters
                | Self::OzonOwnWarehouses
                | Self::OzonProducts
        )
    }
}
