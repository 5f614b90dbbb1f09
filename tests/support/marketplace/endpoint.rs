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
        matches!(self, Self::OzonRoles | Self::OzonCreate | Self::OzonInfo | Self::OzonDownload)
    }
}
