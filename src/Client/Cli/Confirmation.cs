namespace DxyOrleans.Client.Cli;

/// <summary>Asking before something is destroyed: the name has to be typed, or <c>--yes</c> given.</summary>
internal static class Confirmation
{
    /// <exception cref="FaultException">It was not confirmed.</exception>
    public static void Require(Session session, string what, string name)
    {
        if (session.Yes)
        {
            return;
        }

        if (!session.Host.IsInTerminal || session.Json)
        {
            throw Fault.Gate("confirmation", $"{what} has to be confirmed", name, "give --yes").ToException();
        }

        session.Host.Error.Write($"{what}. Type {name} to go on: ");
        if (session.Host.In.ReadLine()?.Trim() != name)
        {
            throw Fault.Gate("confirmation", "not confirmed; nothing was done", name).ToException();
        }
    }
}
