internal import Glibc

/// Where things lie on the machine that runs the tests.
package enum ProjectPlaces {
    /// The directory that holds Package.swift.
    package static let root = #filePath.split(separator: "/").dropLast(3)
        .reduce(into: "") { $0 += "/" + $1 }

    /// The Telco table, if `CHURN_TELCO_CSV` names it: it is not part of the project.
    package static let telcoTable: String? = getenv("CHURN_TELCO_CSV").map { String(cString: $0) }
}
