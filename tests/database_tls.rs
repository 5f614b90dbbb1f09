//! The connection to the database under TLS, against a real server with certificates made for the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use mysql::prelude::Queryable;
use tempfile::TempDir;

use crate::support::binary::{Binary, Outcome};
use crate::support::server::{MariaDb, PASSWORD_IN_URL, USER, is_mysql};

/// An authority, a server's certificate for `localhost` that it signed, and another authority that nobody asked.
struct Certificates {
    directory: TempDir,
}

impl Certificates {
    fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let made = Self { directory };
        for authority in ["ca", "other"] {
            made.openssl(&format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-{authority} \
                 -addext basicConstraints=critical,CA:TRUE -keyout {authority}.key -out {authority}.pem"
            ));
        }
        std::fs::write(made.path("extensions"), "subjectAltName=DNS:localhost\n").unwrap();
        made.openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr",
        );
        made.openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.pem",
        );
        made
    }

    fn openssl(&self, line: &str) {
        let output = Command::new("openssl")
            .args(line.split_whitespace())
            .current_dir(self.directory.path())
            .output()
            .expect("openssl is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

struct Server {
    server: MariaDb,
    port: u16,
}

impl Server {
    fn start(tls: Option<&Certificates>) -> Self {
        let port = free_port();
        let mut flags = vec![
            "--skip-networking=0".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--port={port}"),
        ];
        if let Some(certificates) = tls {
            flags.push(format!("--ssl-cert={}", certificates.path("server.pem").display()));
            flags.push(format!("--ssl-key={}", certificates.path("server.key").display()));
        } else if is_mysql() {
            // Without certificates it would make some of its own.
            flags.push("--auto-generate-certs=OFF".into());
        }
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let server = MariaDb::start(&flags);
        server.connect(None).query_drop("CREATE DATABASE t_tls CHARACTER SET utf8mb4").unwrap();
        Self { server, port }
    }

    /// `migrate --dry-run`, which connects and changes nothing.
    fn asked(&self, host: &str, options: &str) -> Outcome {
        let port = self.port;
        let url = format!("mysql://{USER}:{PASSWORD_IN_URL}@{host}:{port}/t_tls?{options}");
        Binary::new().env("DATABASE_URL", url).args("migrate --dry-run").run()
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn with_ca(mode: &str, path: &Path) -> String {
    format!("ssl-mode={mode}&ssl-ca={}", path.display())
}

#[test]
fn each_ssl_mode_verifies_what_its_name_says() {
    let certificates = Certificates::make();
    let server = Server::start(Some(&certificates));
    let (right, wrong) = (certificates.path("ca.pem"), certificates.path("other.pem"));

    server.asked("localhost", &with_ca("verify-identity", &right)).expect(0);
    server.asked("127.0.0.1", &with_ca("verify-ca", &right)).expect(0);
    for options in ["", "ssl-mode=disabled", "ssl-mode=preferred", "ssl-mode=required"] {
        server.asked("127.0.0.1", options).expect(0);
    }

    let advice =
        "is the server's certificate signed by ssl-ca, not expired and made for this host?";
    for mode in ["verify-ca", "verify-identity"] {
        server
            .asked("localhost", &with_ca(mode, &wrong))
            .expect(74)
            .says(advice)
            .says("UnknownIssuer");
        // Without ssl-ca the public authorities count, and none of them signed this one.
        server.asked("localhost", &format!("ssl-mode={mode}")).expect(74).says(advice);
        server
            .asked("localhost", &with_ca(mode, &certificates.path("none.pem")))
            .expect(78)
            .says("none.pem");
    }
    server.asked("127.0.0.1", &with_ca("verify-identity", &right)).expect(74).says(advice);
}

/// MySQL's own way of logging in: the first time after the server has forgotten the user it takes the whole password, inside TLS or
/// under the server's RSA key; later a digest is enough. MariaDB 10.11 has no such users.
#[test]
fn mysql_s_passwords_are_taken_with_and_without_tls() {
    if !is_mysql() {
        println!("not tried: only MySQL has users of caching_sha2_password");
        return;
    }
    let certificates = Certificates::make();
    for (tls, mode) in [(Some(&certificates), "required"), (None, "disabled")] {
        let server = Server::start(tls);
        let plugin = format!("SELECT plugin FROM mysql.user WHERE user = '{USER}'");
        let mut root = server.server.connect(None);
        assert_eq!(
            root.query_first::<String, _>(plugin).unwrap().unwrap(),
            "caching_sha2_password"
        );
        for _ in 0..2 {
            server.asked("127.0.0.1", &format!("ssl-mode={mode}")).expect(0);
            server.asked("127.0.0.1", &format!("ssl-mode={mode}")).expect(0);
            root.query_drop("FLUSH PRIVILEGES").unwrap();
        }
    }
}

#[test]
fn a_server_without_tls_is_used_only_where_that_is_allowed() {
    let certificates = Certificates::make();
    let server = Server::start(None);
    for options in ["", "ssl-mode=preferred", "ssl-mode=disabled"] {
        server.asked("127.0.0.1", options).expect(0);
    }
    let right = certificates.path("ca.pem");
    for options in [
        "ssl-mode=required".to_owned(),
        with_ca("verify-ca", &right),
        with_ca("verify-identity", &right),
    ] {
        let refused = server.asked("localhost", &options).expect(74);
        refused.says("offers no TLS, but ssl-mode in DATABASE_URL demands it");
    }
}
