namespace DxyOrleans.Schema;

/// <summary>The database could not be brought to what it should be; the message says what and what to do.</summary>
public sealed class SchemaException(string message, Exception? cause = null) : Exception(message, cause);
