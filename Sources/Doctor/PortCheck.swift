internal import Configuration
internal import HTTPClient
internal import OpenSSL
internal import OperationsAPI
internal import OperationsClient
internal import POSIX

/// Whether churnd could listen, or does so already.
enum PortCheck {
    private static let timeoutMilliseconds: Int64 = 1000

    static func examine(_ http: ServiceConfiguration.HTTP) -> DoctorFinding {
        examine("http port", host: http.host, port: http.port, http.tls) {
            () throws(ListeningError) in
            try ListeningAddress.claim(http)
        }
    }

    static func examine(
        _ subject: String, host: String, port: UInt16, _ tls: ServiceConfiguration.TLS?
    ) -> DoctorFinding {
        examine(subject, host: host, port: port, tls) { () throws(ListeningError) in
            try ListeningAddress.claim(host: host, port: port)
        }
    }

    private static func examine(
        _ subject: String, host: String, port: UInt16, _ tls: ServiceConfiguration.TLS?,
        claim: () throws(ListeningError) -> ListeningAddress
    ) -> DoctorFinding {
        let place = "\(host) port \(port)"
        do throws(ListeningError) {
            _ = try claim()
            return DoctorFinding(
                .good, subject, port == 0 ? "\(host), the kernel chooses one" : "\(place) is free")
        } catch {
            guard error.isPortTaken else {
                return DoctorFinding(.failure, subject, "\(error)")
            }
            return isChurnd(at: .tcp(host: HealthProbe.reachable(host), port: port), tls)
                ? DoctorFinding(.good, subject, "a churnd answers on \(place)")
                : stranger(subject, place)
        }
    }

    /// Whether a churnd has the port.
    static func isChurndListening(_ http: ServiceConfiguration.HTTP) -> Bool {
        isChurnd(at: .tcp(host: HealthProbe.reachable(http.host), port: http.port), http.tls)
    }

    static func stranger(_ subject: String, _ place: String) -> DoctorFinding {
        DoctorFinding(
            .failure, subject,
            "something listens on \(place) and does not answer as a churnd does")
    }

    /// Whether what listens there says that it lives, as churnd does; or requires a certificate of
    /// clients, where churnd is configured to.
    static func isChurnd(
        at address: OperationsAddress, _ tls: ServiceConfiguration.TLS? = nil
    ) -> Bool {
        let client = OperationsClient(
            address: address, token: nil, timeoutMilliseconds: timeoutMilliseconds,
            tls: tls == nil ? nil : HealthProbe.anyServer)
        let answer: OperationsAnswer
        do throws(OperationsClientError) {
            answer = try client.send(.get, OperationsPath.liveness)
        } catch {
            // What else does not answer is no churnd, for whatever reason.
            return tls?.clientAuthentication == .required
                && error == .exchange(.tls(.noCertificate))
        }
        return answer.status == 200
            && String(decoding: answer.body, as: UTF8.self).contains("\"status\":\"pass\"")
    }
}

/// The same for the operations listener.
enum OperationsCheck {
    private static let subject = "operations"

    static func examine(
        _ operations: ServiceConfiguration.Operations, http: ServiceConfiguration.HTTP
    ) -> DoctorFinding {
        switch operations.address {
        case nil: return DoctorFinding(.good, subject, "off")
        case .tcp(let host, let port):
            // A host without an address has a finding of its own.
            if let own = try? ListeningAddress.find(host: host, port: port),
                let other = try? ListeningAddress.find(host: http.host, port: http.port),
                own.excludes(other)
            {
                return DoctorFinding(.failure, subject, ListeningError.portOfHTTP(port).description)
            }
            return PortCheck.examine(subject, host: host, port: port, operations.tls)
        case .unix(let path): return socket(path)
        }
    }

    private static func socket(_ path: String) -> DoctorFinding {
        do throws(FileError) {
            try Directories.checkWritable(Files.directory(of: path))
        } catch {
            return DoctorFinding(.failure, subject, "\(error)")
        }
        do throws(UnixSocketError) {
            switch try Sockets.unixState(path: path) {
            case .nothing: return DoctorFinding(.good, subject, "\(path) can be made")
            case .stale:
                return DoctorFinding(
                    .warning, subject,
                    "\(path) exists, and no churnd answers on it: it would be replaced")
            case .listening:
                return PortCheck.isChurnd(at: .unix(path: path))
                    ? DoctorFinding(.good, subject, "a churnd answers on \(path)")
                    : PortCheck.stranger(subject, path)
            }
        } catch {
            return DoctorFinding(.failure, subject, "\(error)")
        }
    }
}
