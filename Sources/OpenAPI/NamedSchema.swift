/// A schema that operations refer to by name.
package struct NamedSchema: Sendable {
    /// What the schema of the active model's records is called.
    static let recordName: StaticString = "CustomerRecord"

    let name: StaticString
    /// As JSON Schema. It may refer to others: those of `needs`, and the record's.
    let schema: StaticString
    let needs: [NamedSchema]

    package init(_ name: StaticString, _ schema: StaticString, needs: [NamedSchema] = []) {
        self.name = name
        self.schema = schema
        self.needs = needs
    }
}

extension NamedSchema {
    private static let reason = NamedSchema(
        "Reason",
        #"""
        {"type":"object","required":["field","contribution","direction"],
        "description":"What a field adds to the log-odds before calibration",
        "properties":{
        "field":{"type":"string"},
        "contribution":{"type":"number"},
        "direction":{"type":"string","enum":["up","down","none"]},
        "code":{"type":"string","description":"A name that does not change"},
        "text":{"type":"string"}}}
        """#)

    package static let prediction = NamedSchema(
        "Prediction",
        #"""
        {"type":"object","required":["customer_id","churn_prediction","risk_level","timestamp",
        "model_version","request_id"],
        "properties":{
        "customer_id":{"type":"string",
        "description":"The body's identifier, or the subject of the token"},
        "churn_prediction":{"type":"boolean",
        "description":"Whether the probability is above the model's decision threshold"},
        "churn_probability":{"type":"number","minimum":0,"maximum":1,
        "description":"Calibrated, 4 decimals; not for a token with predict:band alone"},
        "risk_level":{"type":"string","enum":["High","Medium","Low"]},
        "base_log_odds":{"type":"number","description":"With explain: the mean of the model"},
        "reasons":{"type":"array","description":"With explain",
        "items":{"$ref":"#/components/schemas/Reason"}},
        "out_of_range":{"type":"array","items":{"type":"string"},
        "description":"Fields with a number beyond the schema's bounds"},
        "timestamp":{"type":"string","format":"date-time"},
        "model_version":{"type":"string","description":"Name and version of the model"},
        "request_id":{"type":"string","description":"As in X-Request-Id"}}}
        """#, needs: [reason])

    private static let violation = NamedSchema(
        "Violation",
        #"""
        {"type":"object","required":["field","pointer","code","detail"],
        "description":"What is wrong with a field of a record",
        "properties":{
        "field":{"type":"string"},
        "pointer":{"type":"string","description":"The place in the body (RFC 6901)"},
        "code":{"type":"string","description":"For programs, for example out_of_range"},
        "detail":{"type":"string"}}}
        """#)

    /// RFC 9457.
    package static let problem = NamedSchema(
        "Problem",
        #"""
        {"type":"object","required":["type","title","status","detail","request_id"],
        "description":"RFC 9457: type and status are for programs, title and detail for people",
        "properties":{
        "type":{"type":"string","format":"uri"},
        "title":{"type":"string"},
        "status":{"type":"integer","minimum":400,"maximum":599},
        "detail":{"type":"string"},
        "request_id":{"type":"string","description":"As in X-Request-Id"},
        "errors":{"type":"array","description":"For invalid-record: each field that is wrong",
        "items":{"$ref":"#/components/schemas/Violation"}}}}
        """#, needs: [violation])

    /// Records of which each is judged by itself.
    package static let batch = NamedSchema(
        "Batch",
        #"""
        {"type":"array","minItems":1,
        "description":"Whatever is no record of the schema gets a problem in its place",
        "items":{"anyOf":[{"$ref":"#/components/schemas/CustomerRecord"},{}]}}
        """#)

    package static let batchAnswer = NamedSchema(
        "BatchAnswer",
        #"""
        {"type":"array","description":"In the order of the records",
        "items":{"anyOf":[{"$ref":"#/components/schemas/Prediction"},
        {"$ref":"#/components/schemas/Problem"}]}}
        """#, needs: [prediction, problem])

    package static let health = NamedSchema(
        "Health",
        #"""
        {"type":"object","required":["status"],
        "properties":{
        "status":{"type":"string","enum":["pass","fail"]},
        "version":{"type":"string","description":"The program's"},
        "model":{"type":"object","required":["name","version"],
        "properties":{"name":{"type":"string"},"version":{"type":"string"}}},
        "checks":{"type":"object","description":"What the service depends on",
        "additionalProperties":{"type":"array","items":{"type":"object","required":["status"],
        "properties":{"status":{"type":"string","enum":["pass","fail"]}}}}}}}
        """#)

    package static let revocation = NamedSchema(
        "Revocation",
        #"{"type":"object","required":["revoked"],"properties":{"revoked":{"const":true}}}"#)
}
