-- tables
create table t (a text default 'x;''y', "b;" int check ("b;" > 0));
create or replace function f() returns int begin atomic select case when true then 1 end; end;
do $a$ begin perform 1; end $a$; select E'\';' /* ; /* ; */ */;
