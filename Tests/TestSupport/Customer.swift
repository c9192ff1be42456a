/// A customer as a request's body: names, and values as JSON spells them.
package struct Customer: Sendable {
    package var members: [(name: String, value: String)]

    /// Every field of the shipped schema, in its order, with a value it takes; no identifier.
    package static let valid = Customer(members: [
        ("gender", #""Female""#), ("SeniorCitizen", "0"), ("Partner", #""Yes""#),
        ("Dependents", #""No""#), ("tenure", "34"), ("PhoneService", #""Yes""#),
        ("MultipleLines", #""No""#), ("InternetService", #""Fiber optic""#),
        ("OnlineSecurity", #""No""#), ("OnlineBackup", #""Yes""#),
        ("DeviceProtection", #""No""#), ("TechSupport", #""No""#), ("StreamingTV", #""Yes""#),
        ("StreamingMovies", #""No""#), ("Contract", #""One year""#),
        ("PaperlessBilling", #""Yes""#), ("PaymentMethod", #""Mailed check""#),
        ("MonthlyCharges", "56.95"), ("TotalCharges", "1889.5"),
    ])

    /// The same with another value, or with one more member at the end.
    package func with(_ name: String, _ value: String) -> Customer {
        var copy = self
        if let index = copy.members.firstIndex(where: { $0.name == name }) {
            copy.members[index].value = value
        } else {
            copy.members.append((name, value))
        }
        return copy
    }

    package func without(_ name: String) -> Customer {
        Customer(members: members.filter { $0.name != name })
    }

    /// The same with an identifier that needs no escapes.
    package func named(_ identifier: String) -> Customer {
        with("customerID", "\"\(identifier)\"")
    }

    package var json: String {
        "{" + members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    /// What writes it into Redis as `features.layout = hash` reads it.
    package func hashCommand(_ identifier: String, prefix: String = "customer:") -> [String] {
        ["HSET", prefix + identifier]
            + members.flatMap { [$0.name, $0.value.filter { $0 != "\"" }] }
    }
}
