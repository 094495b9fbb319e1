using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Membership;

namespace DxyOrleans.Client.Commands.Keys;

/// <summary><c>keys add</c>: makes a key and shows it, once.</summary>
internal sealed class KeysAddVerb : Verb
{
    readonly Argument<string> _name = new("NAME") { Description = "By which you know it again, like the program's that reads with it." };

    public KeysAddVerb()
        : base(
            "add",
            "Makes an API key, by which a program reads over HTTP from elsewhere, and shows it this once.",
            "keys add prometheus"
        ) => Arguments.Add(_name);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var name = parse.GetValue(_name)!;
        if (string.IsNullOrWhiteSpace(name) || name.Length > ApiKeys.MaxName)
        {
            throw Fault.Usage("the name is empty or longer than 100 characters", "give a short one").ToException();
        }

        var key = await new ApiKeys(await session.DatabaseAsync(cancellation)).AddAsync(name, cancellation)
            ?? throw Fault
                .Usage($"there is a key '{name}' already", "choose another name; './dxy keys list' shows those that are taken")
                .ToException();
        if (session.Json)
        {
            using var document = session.Document("dxy.keys_add/1");
            document.Json.WriteString("name", name);
            document.Json.WriteString("key", key);
            return ExitCode.Done;
        }

        session.Out.WriteLine(key);
        session.Out.WriteLine("it is shown this once; send it as 'Authorization: Bearer KEY'");
        return ExitCode.Done;
    }
}

/// <summary><c>keys list</c>: which keys there are.</summary>
internal sealed class KeysListVerb() : Verb("list", "The API keys by name, with who made them and whether they are revoked.", "keys list")
{
    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var keys = await new ApiKeys(await session.DatabaseAsync(cancellation)).ListAsync(cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.keys/1");
            document.Json.Objects("keys", keys, key =>
            {
                document.Json.WriteString("name", key.Name);
                document.Json.WriteString("created_at", key.CreatedAt.ToString());
                document.Json.WriteString("created_by", key.CreatedBy);
                document.Json.WriteString("revoked_at", key.RevokedAt?.ToString());
            });
            return ExitCode.Done;
        }

        var table = new TextTable("name", "made", "by", "revoked");
        foreach (var key in keys)
        {
            table.Add(key.Name, key.CreatedAt.ToString(), key.CreatedBy, key.RevokedAt?.ToString() ?? "-");
        }

        if (table.Count > 0)
        {
            table.Write(session.Out);
        }
        else
        {
            session.Out.WriteLine("there is no key; './dxy keys add NAME' makes one");
        }

        return ExitCode.Done;
    }
}

/// <summary><c>keys revoke</c>: has a key let nobody in any more.</summary>
internal sealed class KeysRevokeVerb : Verb
{
    readonly Argument<string> _name = new("NAME") { Description = "Its name, as 'keys list' shows it." };

    public KeysRevokeVerb()
        : base("revoke", "Has an API key let nobody in any more, at every silo within seconds.", "keys revoke prometheus") =>
        Arguments.Add(_name);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var name = parse.GetValue(_name)!;
        if (!await new ApiKeys(await session.DatabaseAsync(cancellation)).RevokeAsync(name, cancellation))
        {
            throw Fault.Usage($"no key '{name}' lets anybody in", "'./dxy keys list' shows them").ToException();
        }

        if (session.Json)
        {
            using var document = session.Document("dxy.keys_revoke/1");
            document.Json.WriteString("name", name);
            return ExitCode.Done;
        }

        session.Out.WriteLine($"{name} revoked");
        return ExitCode.Done;
    }
}
