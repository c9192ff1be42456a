internal import Features

/// What is said of a row that breaks a rule of the schema. It tells of the rule, not of the row.
enum RuleText {
    /// For example `must be No internet service where InternetService is No`.
    static func wanted(
        _ conclusion: FieldValues, where conditions: [FieldValues], _ schema: Schema
    ) -> String {
        let wheres = conditions.map { condition in
            "\(schema.fields[condition.field].name) is \(list(condition, schema))"
        }
        return "must be \(list(conclusion, schema)) where \(wheres.joined(separator: " and "))"
    }

    private static func list(_ field: FieldValues, _ schema: Schema) -> String {
        let categories = schema.features[field.field].categories
        let names = field.values.prefix(RecordLimits.listedValuesMax).map { value in
            if let categories { return categories[Int(value)] }
            return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
        }
        let rest = field.values.count - names.count
        return names.joined(separator: " or ") + (rest > 0 ? " or \(rest) more" : "")
    }
}
