/// The body of a request of the Open Inference Protocol, in JSON.
package struct InferenceText: Sendable {
    /// Customers with the same members, each of which is an input.
    package var customers: [Customer]
    /// Members of the request beside its inputs, each with a comma after it.
    package var members = ""

    package init(_ customers: [Customer] = [.valid], members: String = "") {
        self.customers = customers
        self.members = members
    }

    /// For one customer.
    package static let one = InferenceText().json

    package var json: String {
        let inputs = (customers.first?.members ?? []).indices.map { column in
            let values = customers.map { $0.members[column].value }
            let isText = values.contains { $0.hasPrefix("\"") }
            return """
                {"name":"\(customers[0].members[column].name)","shape":[\(customers.count),1],\
                "datatype":"\(isText ? "BYTES" : "FP64")","data":[\(values.joined(separator: ","))]}
                """
        }
        return "{\(members)\"inputs\":[\(inputs.joined(separator: ","))]}"
    }
}

extension HTTPRequest {
    /// A request for predictions by the Open Inference Protocol, for the shipped model.
    package static func infer(
        token: String?, _ body: String = InferenceText.one,
        path: String = "/v2/models/telco-churn/infer"
    ) -> HTTPRequest {
        var request = HTTPRequest("POST", path, body: body)
        if let token { request.fields.append(("Authorization", "Bearer \(token)")) }
        return request
    }
}
