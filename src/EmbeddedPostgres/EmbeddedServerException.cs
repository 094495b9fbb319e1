namespace DxyOrleans.EmbeddedPostgres;

/// <summary>The embedded server could not be brought up, found or stopped. The message says what, where and what to do.</summary>
public class EmbeddedServerException : Exception
{
    public EmbeddedServerException(string message)
        : base(message) { }

    public EmbeddedServerException(string message, Exception inner)
        : base(message, inner) { }
}
