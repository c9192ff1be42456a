internal import Bundle
internal import JSON
internal import JWT
internal import Models
internal import OperationsAPI

/// What an administrator asks for.
enum AdministrationCommand: Equatable {
    case listModels
    /// - Parameter sha256: the digest that the manifest must have; any if nil.
    case activate(version: String, sha256: String?)
    case rollBack
    case revoke(RevokedName, seconds: Int)
    case restore(RevokedName)

    private static let depthMax = 4

    /// Reads the command of a route from a request's content.
    init(route: Route, content: Span<UInt8>) throws(ServiceFailure) {
        switch route {
        case .models: self = .listModels
        case .modelActivation:
            let members = try Members(
                content, of: ["version", "sha256"],
                wanted: "{\"version\": \"…\"}, or with \"sha256\" of the manifest as 64 "
                    + "lower-case hexadecimal digits")
            self = .activate(
                version: try members.text("version", bytesMax: AdministrationRules.versionBytesMax),
                sha256: try members.sha256())
        case .modelRollback:
            if !content.isEmpty { _ = try Members(content, of: [], wanted: "no body, or {}") }
            self = .rollBack
        case .tokenRevocation:
            let members = try Members(
                content, of: ["jti", "token", "seconds"],
                wanted: "{\"jti\" or \"token\": \"…\", "
                    + "\"seconds\": 1 to \(AdministrationRules.revocationSecondsMax)}")
            self = .revoke(
                try Self.name(members),
                seconds: try members.integer(
                    "seconds", in: 1...AdministrationRules.revocationSecondsMax))
        case .tokenRestoration:
            self = .restore(
                try Self.name(
                    Members(
                        content, of: ["jti", "token"], wanted: "{\"jti\" or \"token\": \"…\"}")))
        case .predict, .health, .liveness, .readiness, .metrics:
            preconditionFailure("not a route of administration")
        }
    }

    /// A name that no token can have is refused: to confirm its revocation, when it is a token with
    /// a line's end behind it, would have an administrator think that the token is refused now.
    private static func name(_ members: Members) throws(ServiceFailure) -> RevokedName {
        switch (members.has("jti"), members.has("token")) {
        case (true, false):
            .tokenID(
                try members.bytes(
                    "jti",
                    form: "1 to \(TokenRules.identifierBytesMax) bytes without control characters"
                ) { RevokedName.isTokenID($0) })
        case (false, true):
            .token(
                try members.bytes(
                    "token",
                    form: "three parts of base64url with a dot between each two, "
                        + "\(AdministrationRules.tokenBytesMax) bytes at most"
                ) { RevokedName.isToken($0) })
        case (true, true), (false, false): throw members.failure
        }
    }

    /// The members of an object that may have these and no others.
    private struct Members {
        private let object: JSONObject
        private let wanted: String

        var failure: ServiceFailure { .invalidCommand(wanted: wanted) }

        init(
            _ content: Span<UInt8>, of names: [String], wanted: String
        ) throws(ServiceFailure) {
            self.wanted = wanted
            // What exactly is wrong with it helps nobody more than what is wanted.
            guard let value = try? JSONValue(parsing: content, depthMax: depthMax),
                let object = value.asObject,
                object.members.allSatisfy({ names.contains($0.name) })
            else { throw .invalidCommand(wanted: wanted) }
            self.object = object
        }

        func has(_ name: String) -> Bool { object[name] != nil }

        func text(_ name: String, bytesMax: Int) throws(ServiceFailure) -> String {
            guard let text = object[name]?.asString, 1...bytesMax ~= text.utf8.count else {
                throw failure
            }
            return text
        }

        /// Nil where it is not there.
        func sha256() throws(ServiceFailure) -> String? {
            guard has("sha256") else { return nil }
            let text = try text("sha256", bytesMax: 64)
            guard Manifest.isSHA256(text) else { throw failure }
            return text
        }

        /// The bytes of a text that must be of a form.
        func bytes(
            _ name: String, form: String, _ isAcceptable: ([UInt8]) -> Bool
        ) throws(ServiceFailure) -> [UInt8] {
            guard let text = object[name]?.asString else { throw failure }
            let bytes = Array(text.utf8)
            guard isAcceptable(bytes) else {
                throw .invalidCommand(wanted: "\(wanted), where \(name) is \(form)")
            }
            return bytes
        }

        func integer(
            _ name: String, in range: ClosedRange<Int>
        ) throws(ServiceFailure) -> Int {
            guard let number = object[name]?.asNumber, let integer = Int(exactly: number),
                range.contains(integer)
            else { throw failure }
            return integer
        }
    }
}
