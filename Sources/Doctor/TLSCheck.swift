internal import Configuration
internal import OpenSSL
internal import POSIX
internal import Redis

/// Whether the certificates of the listeners, and those for Redis, can be used, and for how long.
enum TLSCheck {
    private static let day: Int64 = 86_400
    /// As long before its end a certificate should have been replaced.
    private static let warningDays: Int64 = 14

    /// Empty without TLS.
    static func examine(_ configuration: ServiceConfiguration) -> [DoctorFinding] {
        let now = Clock.unixMilliseconds() / 1000
        let listeners = [
            ("tls", configuration.http.tls), ("operations tls", configuration.operations.tls),
        ]
        var findings = listeners.compactMap { subject, tls in
            tls.map { finding(subject, $0, unixSeconds: now) }
        }
        if case .redis(let endpoint, _, _) = configuration.store, let tls = endpoint.tls {
            findings.append(finding(tls, unixSeconds: now))
        }
        return findings
    }

    private static func finding(_ tls: RedisTLS, unixSeconds now: Int64) -> DoctorFinding {
        let subject = "redis tls"
        let loaded: TLSCertificate?
        do throws(RedisFailure) { loaded = try tls.load().certificate } catch {
            return DoctorFinding(.failure, subject, "\(error)")
        }
        guard let certificate = loaded else {
            let authorities = tls.authoritiesPath ?? "those of the system"
            return DoctorFinding(
                .good, subject, "authorities: \(authorities); no certificate of churnd's own")
        }
        return finding(subject, certificate, unixSeconds: now)
    }

    private static func finding(
        _ subject: String, _ tls: ServiceConfiguration.TLS, unixSeconds now: Int64
    ) -> DoctorFinding {
        let loaded: TLSCertificate?
        do throws(TLSFileError) { loaded = try tls.load().certificate } catch {
            return DoctorFinding(.failure, subject, "\(error)")
        }
        guard let certificate = loaded else {
            preconditionFailure("a server's context has a certificate")
        }
        return finding(subject, certificate, unixSeconds: now)
    }

    private static func finding(
        _ subject: String, _ certificate: TLSCertificate, unixSeconds now: Int64
    ) -> DoctorFinding {
        if let fault = certificate.fault(unixSeconds: now) {
            return DoctorFinding(.failure, subject, "the certificate is not valid: \(fault)")
        }
        if let misplaced = certificate.misplaced {
            return DoctorFinding(
                .warning, subject,
                "certificate \(misplaced) of the file is not signed by the one after it, expected "
                    + "churnd's own first, then the one that signed it, and so on")
        }
        let days = (certificate.notAfter - now) / day
        let count = certificate.chainCount
        return DoctorFinding(
            days < warningDays ? .warning : .good, subject,
            "\(count) \(count == 1 ? "certificate" : "certificates"), valid for \(days) days, with "
                + "its key")
    }
}
