using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>What a fault of the server is about, by the class of its SQLSTATE.</summary>
public static class PostgresFaults
{
    /// <summary>Classes 22 and 23, bad data and violated constraints: one of the rows, which others needn't suffer for.</summary>
    public static bool IsAboutData(this PostgresException fault) =>
        fault.SqlState.StartsWith("22", StringComparison.Ordinal) || fault.SqlState.StartsWith("23", StringComparison.Ordinal);

    /// <summary>Class 42: our statements are always the same, so it is the tables or the rights that aren't as they should be, for every
    /// row alike.</summary>
    public static bool IsAboutTables(this PostgresException fault) => fault.SqlState.StartsWith("42", StringComparison.Ordinal);
}
