package import JSON

extension HTTPAnswer {
    /// The body as JSON; null when it is not JSON.
    package var json: JSONValue { (try? JSONValue(parsing: body.span)) ?? .null }

    /// A member of the JSON object in the body; nil when there is none.
    package func member(_ name: String) -> JSONValue? { json.asObject?[name] }
}
