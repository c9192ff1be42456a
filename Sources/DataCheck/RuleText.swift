internal import Features

/// The text for a row that breaks a rule of the schema. It describes the rule, not the row.
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

    /// How a number beyond the bounds of a field that accepts such is treated, for example `beyond
    /// 0 to 72, taken as the nearest of them`.
    static func outOfRange(_ field: Field) -> String {
        let bounds: (minimum: Double, maximum: Double)
        switch field.kind {
        case .category: preconditionFailure("a category has no bounds")
        case .integer(let minimum, let maximum), .number(let minimum, let maximum):
            bounds = (minimum, maximum)
        }
        let range = "beyond \(number(bounds.minimum)) to \(number(bounds.maximum))"
        return field.outOfRange == .clamp
            ? "\(range), taken as the nearest of them" : "\(range), taken as it is"
    }

    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func list(_ field: FieldValues, _ schema: Schema) -> String {
        let categories = schema.features[field.field].categories
        let names = field.values.prefix(RecordLimits.listedValuesMax).map { value in
            if let categories { return categories[Int(value)] }
            return number(value)
        }
        let rest = field.values.count - names.count
        return names.joined(separator: " or ") + (rest > 0 ? " or \(rest) more" : "")
    }
}
