import JSON
import POSIX
import TestSupport

// What administrators and monitors send to the operations listener.

extension TokenFactory {
    static let administratorScope = "churnd:admin"

    /// A token that may administer for the next minutes.
    func administrator(_ subject: String = "operator", id: String? = nil) throws -> String {
        try token(subject, id: id, scope: TokenFactory.administratorScope)
    }

    /// The same, issued or authenticated some time ago; nil: the token does not say when.
    func administrator(issuedAgo: Double?, authenticatedAgo: Double? = nil) -> String {
        let now = Clock.unixMilliseconds()
        var claims = #"{"sub":"operator","exp":4102444800,"scope":"churnd:admin""#
        for (name, ago) in [("iat", issuedAgo), ("auth_time", authenticatedAgo)] {
            guard let ago else { continue }
            // Whole milliseconds, so that the age is what was asked for and not up to a second
            // more.
            let milliseconds = now - Int64(ago * 1000)
            let fraction = String(milliseconds % 1000 + 1000).dropFirst()
            claims += ",\"\(name)\":\(milliseconds / 1000).\(fraction)"
        }
        return token(claims: claims + "}")
    }
}

extension HTTPRequest {
    /// A request to the operations listener.
    ///
    /// - Parameters:
    ///   - token: nil: no Authorization.
    ///   - body: nil: no content.
    static func operations(
        _ method: String, _ path: String, token: String? = nil, body: String? = nil
    ) -> HTTPRequest {
        var request = HTTPRequest(method, path, body: body)
        if body != nil { request.fields.append(("Content-Type", "application/json")) }
        if let token { request.fields.append(("Authorization", "Bearer \(token)")) }
        return request
    }

    static func activate(_ version: String, token: String? = nil) -> HTTPRequest {
        .operations(
            "POST", "/admin/models/activate", token: token, body: #"{"version":"\#(version)"}"#)
    }

    static let rollback = HTTPRequest.operations("POST", "/admin/models/rollback", body: "")
}

extension ChurndProcess {
    /// Flags for an operations listener where nobody needs a token.
    static func onSocket(in directory: TemporaryDirectory) -> [String: String] {
        ["operations.listen": "unix:\(socketPath(in: directory))"]
    }

    static func socketPath(in directory: TemporaryDirectory) -> String {
        directory.path(of: "churnd.sock")
    }

    /// The answer of the operations listener to one request on a connection of its own.
    func operations(_ request: HTTPRequest) throws -> HTTPAnswer {
        try operationsClient().exchange(request)
    }

    /// What a scrape is answered with.
    func scrape() throws -> MetricSamples {
        MetricSamples(try operations(.get("/metrics")).text)
    }

    /// The lines of the log that say this, so far.
    func log(_ message: String) -> [JSONObject] {
        logLines.filter { $0["message"]?.asString == message }
    }

    /// The same, once there are so many; lines are written a moment after what they tell.
    func log(_ message: String, count: Int) throws -> [JSONObject] {
        var lines: [JSONObject] = []
        try eventually("the log says \(message) \(count) times") {
            lines = log(message)
            return lines.count >= count
        }
        return lines
    }
}

extension HTTPAnswer {
    /// The end of a problem's type: `not-found`; nil for what is no problem.
    var problem: String? {
        let prefix = "urn:churnd:problem:"
        guard let type = member("type")?.asString, type.hasPrefix(prefix) else { return nil }
        return String(type.dropFirst(prefix.count))
    }
}
