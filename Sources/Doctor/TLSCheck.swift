internal import Configuration
internal import OpenSSL
internal import POSIX

/// Whether the certificates of the listeners can be used, and for how long.
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
        return listeners.compactMap { subject, tls in
            tls.map { finding(subject, $0, unixSeconds: now) }
        }
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
        if let fault = certificate.fault(unixSeconds: now) {
            return DoctorFinding(.failure, subject, "the certificate is not valid: \(fault)")
        }
        if let misplaced = certificate.misplaced {
            return DoctorFinding(
                .warning, subject,
                "certificate \(misplaced) of the file is not signed by the one after it, expected "
                    + "the listener's own first, then the one that signed it, and so on")
        }
        let days = (certificate.notAfter - now) / day
        let count = certificate.chainCount
        return DoctorFinding(
            days < warningDays ? .warning : .good, subject,
            "\(count) \(count == 1 ? "certificate" : "certificates"), valid for \(days) days, with "
                + "its key")
    }
}
