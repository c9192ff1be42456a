import Features
import Glibc
import JSON
import POSIX

/// The schema in `Config`, and bodies that are made from one valid customer.
enum Telco {
    static let schemaBytes = projectFile("Config/telco.schema.json")

    static let schema: Schema = {
        do {
            return try Schema(json: schemaBytes.span)
        } catch {
            preconditionFailure("Config/telco.schema.json: \(error)")
        }
    }()

    /// Where the data is that the schema was written for, if the environment says so.
    static let dataPath = getenv("CHURN_TELCO_CSV").map { String(cString: $0) }

    /// A file of the project, by its path from the root.
    static func projectFile(_ path: String, from file: String = #filePath) -> [UInt8] {
        let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
        do {
            return try Files.read("/\(root)/\(path)", bytesMax: 1 << 20)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

/// A customer as JSON: names and values as they are spelled in the body.
struct Customer {
    var members: [(name: String, value: String)]

    /// Every field of the schema with a value it takes.
    static let valid = Customer(members: [
        ("customerID", #""0001-ABCDE""#), ("gender", #""Female""#), ("SeniorCitizen", "0"),
        ("Partner", #""Yes""#), ("Dependents", #""No""#), ("tenure", "34"),
        ("PhoneService", #""Yes""#), ("MultipleLines", #""No""#),
        ("InternetService", #""Fiber optic""#), ("OnlineSecurity", #""No""#),
        ("OnlineBackup", #""Yes""#), ("DeviceProtection", #""No""#), ("TechSupport", #""No""#),
        ("StreamingTV", #""Yes""#), ("StreamingMovies", #""No""#), ("Contract", #""One year""#),
        ("PaperlessBilling", #""Yes""#), ("PaymentMethod", #""Mailed check""#),
        ("MonthlyCharges", "56.95"), ("TotalCharges", "1889.5"),
    ])

    func with(_ name: String, _ value: String) -> Customer {
        var copy = self
        guard let index = copy.members.firstIndex(where: { $0.name == name }) else {
            copy.members.append((name, value))
            return copy
        }
        copy.members[index].value = value
        return copy
    }

    func without(_ name: String) -> Customer {
        Customer(members: members.filter { $0.name != name })
    }

    var body: [UInt8] {
        Array("{\(members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}".utf8)
    }
}
