internal import Bytes

/// A model as records name it, rendered once.
package struct AuditedModel: Sendable {
    /// `,"model":"…","model_sha256":"…"`.
    let members: [UInt8]

    /// - Parameters:
    ///   - name: for example `telco-churn/2`.
    ///   - digest: the SHA-256 of the model's file, 64 lower-case hexadecimal digits.
    package init(name: String, digest: String) {
        precondition(digest.utf8.count == AuditFormat.digestDigits, "no SHA-256")
        var members: [UInt8] = []
        members.appendLiteral(",\"model\":")
        members.appendQuoted(name.utf8.span)
        members.appendLiteral(",\"model_sha256\":\"")
        members.append(contentsOf: digest.utf8)
        members.appendLiteral("\"")
        self.members = members
    }
}
