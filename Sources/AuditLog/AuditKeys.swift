internal import OpenSSL

/// The keys under which the log's pseudonyms and checkpoints are made, all from one secret, so that
/// none of them reveals another.
package struct AuditKeys: Sendable {
    /// For the subjects of tokens.
    package let subject: [UInt8]
    /// For the customers that predictions are about.
    package let customer: [UInt8]
    /// For the tokens that were revoked, by identifier.
    package let name: [UInt8]
    /// For the checkpoints.
    package let checkpoint: [UInt8]
    /// For the records.
    package let record: [UInt8]

    /// - Parameter secret: at least `AuditLimits.secretBytesMin` bytes known only to those who may
    ///   write a log or look a person up in it.
    package init(secret: [UInt8]) { self.init(secret: secret.span) }

    /// The same, of bytes that are not copied.
    package init(secret: Span<UInt8>) {
        precondition(secret.count >= AuditLimits.secretBytesMin, "the audit key is too short")
        var mac = HMACSHA256(key: secret)
        subject = mac.authenticate(Array("churnd audit subject".utf8).span)
        customer = mac.authenticate(Array("churnd audit customer".utf8).span)
        name = mac.authenticate(Array("churnd audit name".utf8).span)
        checkpoint = mac.authenticate(Array("churnd audit checkpoint".utf8).span)
        record = mac.authenticate(Array("churnd audit record".utf8).span)
    }
}
