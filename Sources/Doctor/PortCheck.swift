internal import Configuration
internal import OperationsAPI
internal import OperationsClient
internal import POSIX

/// Whether churnd could listen, or does so already.
enum PortCheck {
    private static let timeoutMilliseconds: Int64 = 1000

    static func examine(_ http: ServiceConfiguration.HTTP) -> DoctorFinding {
        examine("http port", host: http.host, port: http.port) { () throws(ListeningError) in
            try ListeningAddress.claim(http)
        }
    }

    static func examine(_ subject: String, host: String, port: UInt16) -> DoctorFinding {
        examine(subject, host: host, port: port) { () throws(ListeningError) in
            try ListeningAddress.claim(host: host, port: port)
        }
    }

    private static func examine(
        _ subject: String, host: String, port: UInt16,
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
            return isChurnd(at: .tcp(host: HealthProbe.reachable(host), port: port))
                ? DoctorFinding(.good, subject, "a churnd answers on \(place)")
                : stranger(subject, place)
        }
    }

    /// Whether a churnd has the port.
    static func isChurndListening(host: String, port: UInt16) -> Bool {
        isChurnd(at: .tcp(host: HealthProbe.reachable(host), port: port))
    }

    static func stranger(_ subject: String, _ place: String) -> DoctorFinding {
        DoctorFinding(
            .failure, subject,
            "something listens on \(place) and does not answer as a churnd does")
    }

    /// Whether what listens there says that it lives, as churnd does.
    static func isChurnd(at address: OperationsAddress) -> Bool {
        let client = OperationsClient(
            address: address, token: nil, timeoutMilliseconds: timeoutMilliseconds)
        // What does not answer is no churnd, for whatever reason.
        guard let answer = try? client.send(.get, OperationsPath.liveness) else { return false }
        return answer.status == 200
            && String(decoding: answer.body, as: UTF8.self).contains("\"status\":\"pass\"")
    }
}

/// The same for the operations listener.
enum OperationsCheck {
    private static let subject = "operations"

    static func examine(
        _ address: OperationsAddress?, http: ServiceConfiguration.HTTP
    ) -> DoctorFinding {
        switch address {
        case nil: return DoctorFinding(.good, subject, "off")
        case .tcp(let host, let port):
            // A host without an address has a finding of its own.
            if let own = try? ListeningAddress.find(host: host, port: port),
                let other = try? ListeningAddress.find(host: http.host, port: http.port),
                own.excludes(other)
            {
                return DoctorFinding(.failure, subject, ListeningError.portOfHTTP(port).description)
            }
            return PortCheck.examine(subject, host: host, port: port)
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
