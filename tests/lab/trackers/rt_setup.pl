# What docs/tickets/rt.md asks for, and a queue whose tickets have no fields of ours.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use JSON;
use RT;
RT::LoadConfig();
RT::Init();

sub must { my ($ok, $why) = @_; die "$why\n" unless $ok; return $ok }

my $system = RT->SystemUser;
my ($user, $root) = map { RT::User->new($system) } 1 .. 2;
must($user->Create(Name => 'ronde', EmailAddress => 'ronde@lab.example', Privileged => 1));
must($root->Load('root'));

my @fields = (['ronde key', 'FreeformSingle'], ['ronde text', 'TextSingle']);
for my $name ('Exposure', 'Bare') {
    my $queue = RT::Queue->new($system);
    must($queue->Create(Name => $name));
    for my $wanted ($name eq 'Exposure' ? @fields : ()) {
        my $field = RT::CustomField->new($system);
        must($field->Create(
            Name => $wanted->[0], Type => $wanted->[1],
            LookupType => 'RT::Queue-RT::Ticket',
        ));
        must($field->AddToObject($queue));
    }
    for my $right (qw(SeeQueue ShowTicket CreateTicket ModifyTicket CommentOnTicket
                      SeeCustomField ModifyCustomField)) {
        must($user->PrincipalObj->GrantRight(Right => $right, Object => $queue));
    }
}

sub token {
    my ($ok, $why, $text)
        = RT::AuthToken->new($system)->Create(Owner => $_[0]->id, Description => 'lab');
    must($ok, $why);
    return $text;
}
print encode_json({ token => token($user), admin => token($root) }), "\n";
