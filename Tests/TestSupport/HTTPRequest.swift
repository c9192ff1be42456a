/// A request as a test writes it; nothing in it is checked or put right.
package struct HTTPRequest: Sendable {
    package var method: String
    package var target: String
    package var fields: [(name: String, value: String)]
    package var body: String?

    /// - Parameter body: nil: neither content nor Content-Length.
    package init(
        _ method: String, _ target: String, fields: [(name: String, value: String)] = [],
        body: String? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = [("Host", "127.0.0.1")] + fields
        self.body = body
    }

    package static func get(_ target: String) -> HTTPRequest { HTTPRequest("GET", target) }

    /// A request to predict.
    ///
    /// - Parameter token: nil: no Authorization.
    package static func predict(
        token: String?, body: String = Customer.valid.json, requestID: String? = nil
    ) -> HTTPRequest {
        var request = HTTPRequest(
            "POST", "/predict", fields: [("Content-Type", "application/json")], body: body)
        if let token { request.fields.append(("Authorization", "Bearer \(token)")) }
        if let requestID { request.fields.append(("X-Request-Id", requestID)) }
        return request
    }

    /// The same with one more field.
    package func with(_ name: String, _ value: String) -> HTTPRequest {
        var copy = self
        copy.fields.append((name, value))
        return copy
    }

    /// The same without the fields of this name.
    package func without(_ name: String) -> HTTPRequest {
        var copy = self
        copy.fields.removeAll { $0.name == name }
        return copy
    }

    package var bytes: [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return Array("\(text)\r\n\(body ?? "")".utf8)
    }
}

extension ClientSocket {
    /// Sends a request and reads its answer.
    package func exchange(_ request: HTTPRequest) throws -> HTTPAnswer {
        try send(request.bytes)
        return try readAnswer(toHEAD: request.method == "HEAD")
    }
}
